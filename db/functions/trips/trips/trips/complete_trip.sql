create or replace function trips.complete_trip(trip_id uuid) returns trips.trips
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  trip trips.trips := trips_private.require_led_trip(complete_trip.trip_id);
begin
  if trip.status not in ('locked', 'completed') then
    raise exception 'trip_id: only a trip with confirmed dates can be completed' using errcode = 'RBCFL', column = 'trip_id';
  end if;
  if trip.status <> 'completed' then
    update trips.trips as t set status = 'completed' where t.id = trip.id returning * into trip;
  end if;
  return trip;
end
$$;
comment on function trips.complete_trip(uuid) is
  'The leader says that a trip is over. Nobody is told. Idempotent.';
grant execute on function trips.complete_trip(uuid) to rowbell_user;
