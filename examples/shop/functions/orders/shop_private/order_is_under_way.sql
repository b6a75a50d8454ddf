create or replace function shop_private.order_is_under_way(event_id uuid, recipient_id uuid) returns boolean
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from notify.events as e
    join shop.orders as o on o.id = e.subject_id
    where e.id = order_is_under_way.event_id and o.buyer_id = order_is_under_way.recipient_id and o.status = 'shipped'
  )
$$;
comment on function shop_private.order_is_under_way(uuid, uuid) is
  'Asked again until the message is sent: what waited for the morning is not told of an order that is gone by then.';
