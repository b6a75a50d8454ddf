-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function shop_private.order_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select
    e.id, o.buyer_id, 'default',
    pg_catalog.jsonb_build_object('OrderId', o.id, 'Number', o.number, 'Total', o.total || ' ' || o.currency)
  from notify.events as e
  join shop.orders as o on o.id = e.subject_id
  where e.id = any (event_ids)
$$;
comment on function shop_private.order_audience(uuid[]) is 'Whose order it is, and what its copy says of it.';
