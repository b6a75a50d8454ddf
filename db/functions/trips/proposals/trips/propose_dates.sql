create or replace function trips.propose_dates(date_window_id uuid) returns trips.trips
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  suggestion constant trips.date_windows := trips_private.require_date_window(propose_dates.date_window_id);
  trip trips.trips := trips_private.require_led_trip(suggestion.trip_id);
begin
  if trip.status not in ('scheduling', 'proposed') then
    raise exception 'date_window_id: dates are no longer looked for' using errcode = 'RBCFL', column = 'date_window_id';
  end if;
  if trip.proposed_window_id is distinct from suggestion.id or trip.status <> 'proposed' then
    update trips.trips as t set status = 'proposed', proposed_window_id = suggestion.id where t.id = trip.id returning * into trip;
  end if;
  return trip;
end
$$;
comment on function trips.propose_dates(uuid) is
  'The leader puts suggested dates to the group, who are told. Proposing others replaces them; the same again changes nothing.';
grant execute on function trips.propose_dates(uuid) to rowbell_user;
