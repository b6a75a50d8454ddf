create or replace function shop.cancel_order(order_id uuid) returns shop.orders
language plpgsql volatile
-- Definer: people have no grant to write here; this changes an order of the caller's.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.require_known_user();
  canceled shop.orders;
begin
  select o.* into canceled from shop.orders as o where o.id = cancel_order.order_id and o.buyer_id = me for no key update;
  if not found then
    raise exception 'order_id: you have no such order' using errcode = 'RBNFD', column = 'order_id';
  end if;
  if canceled.status <> 'placed' then
    raise exception 'order_id: it has been % already', canceled.status using errcode = 'RBCFL', column = 'order_id';
  end if;
  perform notify_private.use_limit('order_changes', me);
  update shop.orders as o set status = 'canceled' where o.id = canceled.id returning o.* into canceled;
  return canceled;
end
$$;
comment on function shop.cancel_order(uuid) is 'Takes back an order of the caller''s that has not been shipped.';
grant execute on function shop.cancel_order(uuid) to rowbell_user;
