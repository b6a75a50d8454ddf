create or replace function trips.add_trip_item(trip_id uuid, kind text, title text, assignee_id uuid default null) returns trips.trip_items
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  trip constant trips.trips := trips_private.require_traveled_trip(add_trip_item.trip_id);
  item trips.trip_items;
begin
  if add_trip_item.kind is null or add_trip_item.kind not in ('packing', 'prep') then
    raise exception 'kind: must be packing or prep' using errcode = 'RBINV', column = 'kind';
  end if;
  perform trips_private.check_text('title', add_trip_item.title, 200);
  if add_trip_item.assignee_id is not null and not exists (
    select from trips_private.active_travelers as a where a.trip_id = trip.id and a.user_id = add_trip_item.assignee_id
  ) then
    raise exception 'assignee_id: does not travel on this trip' using errcode = 'RBNFD', column = 'assignee_id';
  end if;
  insert into trips.trip_items (trip_id, kind, title, assignee_id)
  values (trip.id, add_trip_item.kind, add_trip_item.title, add_trip_item.assignee_id) returning * into item;
  return item;
end
$$;
comment on function trips.add_trip_item(uuid, text, text, uuid) is $$
@values kind TripItemKind
Adds something to pack (packing) or to prepare (prep) for a trip that the caller travels on; for one traveler, or for
everybody.
$$;
grant execute on function trips.add_trip_item(uuid, text, text, uuid) to rowbell_user;
