create or replace function trips_private.require_trip(id uuid) returns trips.trips
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  trip trips.trips;
begin
  -- Locked, because what the caller checks of it must still hold when it writes.
  select * into trip from trips.trips as t
  where t.id = require_trip.id and t.id = any (array(select trips_private.my_visible_trip_ids()))
  for no key update;
  if not found then
    raise exception 'trip_id: there is no such trip, or you may not see it' using errcode = 'RBNFD', column = 'trip_id';
  end if;
  return trip;
end
$$;
comment on function trips_private.require_trip(uuid) is
  'A trip that the current user may see, locked until the transaction ends; raises RBNFD alike whether it is missing or not theirs to see.';
