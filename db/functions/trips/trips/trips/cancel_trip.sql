create or replace function trips.cancel_trip(trip_id uuid) returns trips.trips
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.require_known_user();
  trip trips.trips := trips_private.require_trip(cancel_trip.trip_id);
begin
  if trip.leader_id is distinct from me then
    raise exception 'only the trip''s leader can cancel it' using errcode = 'RBFBD';
  end if;
  if trip.status = 'completed' then
    raise exception 'trip_id: this trip is over' using errcode = 'RBCFL', column = 'trip_id';
  end if;
  if trip.status <> 'canceled' then
    update trips.trips as t set status = 'canceled', canceled_by = me where t.id = trip.id returning * into trip;
  end if;
  return trip;
end
$$;
comment on function trips.cancel_trip(uuid) is 'Cancels a trip that the caller leads. The other travelers are told. Idempotent.';
grant execute on function trips.cancel_trip(uuid) to rowbell_user;
