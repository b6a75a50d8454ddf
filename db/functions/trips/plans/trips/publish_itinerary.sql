create or replace function trips.publish_itinerary(trip_id uuid, summary text) returns trips.itinerary_versions
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  trip constant trips.trips := trips_private.require_led_trip(publish_itinerary.trip_id);
  published trips.itinerary_versions;
begin
  if trip.status in ('canceled', 'completed') then
    raise exception 'trip_id: this trip is over' using errcode = 'RBCFL', column = 'trip_id';
  end if;
  perform trips_private.check_text('summary', publish_itinerary.summary, 20000);
  -- The trip is locked, so nobody else can take this number.
  insert into trips.itinerary_versions (trip_id, version, summary)
  select trip.id, coalesce(max(v.version), 0) + 1, publish_itinerary.summary from trips.itinerary_versions as v where v.trip_id = trip.id
  returning * into published;
  return published;
end
$$;
comment on function trips.publish_itinerary(uuid, text) is
  'The leader publishes the next version of the itinerary; the other travelers are told.';
grant execute on function trips.publish_itinerary(uuid, text) to rowbell_user;
