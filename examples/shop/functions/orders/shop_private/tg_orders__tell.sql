create or replace function shop_private.tg_orders__tell() returns trigger
language plpgsql volatile
-- Definer: whoever may write orders need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    insert into notify.events (type_key, subject_type, subject_id)
    select 'order_placed', 'order', c.id from changed as c order by c.id;
    return null;
  end if;
  if exists (select from changed as c join outdated as o on o.id = c.id where o.status <> c.status and o.status <> 'placed') then
    raise exception 'status: does not follow from what it was' using errcode = 'RBCFL', column = 'status';
  end if;
  insert into notify.events (type_key, subject_type, subject_id)
  select 'order_shipped', 'order', c.id
  from changed as c join outdated as o on o.id = c.id
  where c.status = 'shipped' and o.status <> c.status
  order by c.id;
  return null;
end
$$;
comment on function shop_private.tg_orders__tell() is
  'An order that is placed or shipped: one event, in the same transaction. Refuses (RBCFL) a status that cannot follow.';

create or replace trigger _900_tell_new
  after insert on shop.orders
  referencing new table as changed
  for each statement execute function shop_private.tg_orders__tell();
create or replace trigger _900_tell
  after update on shop.orders
  referencing old table as outdated new table as changed
  for each statement execute function shop_private.tg_orders__tell();
