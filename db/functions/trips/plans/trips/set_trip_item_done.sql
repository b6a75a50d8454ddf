create or replace function trips.set_trip_item_done(item_id uuid, done boolean) returns trips.trip_items
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  item trips.trip_items;
begin
  if set_trip_item_done.done is null then
    raise exception 'done: must be true or false' using errcode = 'RBINV', column = 'done';
  end if;
  update trips.trip_items as i
  set done_at = case when set_trip_item_done.done then coalesce(i.done_at, pg_catalog.now()) end
  where i.id = set_trip_item_done.item_id and i.trip_id = any (array(select trips_private.my_trip_ids()))
  returning * into item;
  if not found then
    raise exception 'item_id: there is no such item, or you may not see it' using errcode = 'RBNFD', column = 'item_id';
  end if;
  return item;
end
$$;
comment on function trips.set_trip_item_done(uuid, boolean) is
  'Says that something is packed or done, or not after all; any traveler may. Idempotent.';
grant execute on function trips.set_trip_item_done(uuid, boolean) to rowbell_user;
