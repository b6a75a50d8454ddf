create or replace function trips.transfer_leadership(trip_id uuid, user_id uuid) returns trips.trips
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  trip trips.trips := trips_private.require_trip(transfer_leadership.trip_id);
begin
  if trip.leader_id = transfer_leadership.user_id and exists (
    select from trips_private.active_travelers as a where a.trip_id = trip.id and a.user_id = me
  ) then
    return trip;
  end if;
  trip := trips_private.require_led_trip(trip.id);
  if trip.status in ('canceled', 'completed') then
    raise exception 'trip_id: this trip is over' using errcode = 'RBCFL', column = 'trip_id';
  end if;
  if not exists (
    select from trips_private.active_travelers as a where a.trip_id = trip.id and a.user_id = transfer_leadership.user_id
  ) then
    raise exception 'user_id: does not travel on this trip' using errcode = 'RBNFD', column = 'user_id';
  end if;
  update trips.trips as t set leader_id = transfer_leadership.user_id where t.id = trip.id returning * into trip;
  return trip;
end
$$;
comment on function trips.transfer_leadership(uuid, uuid) is
  'The leader lets another traveler lead, who is told. Repeating it changes nothing.';
grant execute on function trips.transfer_leadership(uuid, uuid) to rowbell_user;
