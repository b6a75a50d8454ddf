create or replace function trips_private.require_traveled_trip(id uuid) returns trips.trips
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  trip constant trips.trips := trips_private.require_trip(require_traveled_trip.id);
begin
  if (trip.id = any (array(select trips_private.my_trip_ids()))) is not true then
    raise exception 'only travelers of this trip can do that' using errcode = 'RBFBD';
  end if;
  return trip;
end
$$;
comment on function trips_private.require_traveled_trip(uuid) is
  'A trip that the current user is an active traveler of, locked until the transaction ends; raises RBNFD or RBFBD.';
