create or replace function trips.lock_dates(trip_id uuid, start_on date default null, end_on date default null) returns trips.trips
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  trip trips.trips := trips_private.require_led_trip(lock_dates.trip_id);
  first date := lock_dates.start_on;
  last date := lock_dates.end_on;
begin
  if (first is null) <> (last is null) then
    raise exception 'start_on, end_on: come together, or neither for the proposed dates' using errcode = 'RBINV';
  end if;
  if first is null then
    select w.start_on, w.end_on into first, last from trips.date_windows as w where w.id = trip.proposed_window_id;
    if not found then
      raise exception 'start_on: no dates are proposed, so say which' using errcode = 'RBCFL', column = 'start_on';
    end if;
  end if;
  if not (isfinite(first) and isfinite(last)) then
    raise exception 'start_on, end_on: must be days' using errcode = 'RBINV';
  end if;
  if last < first or last - first >= 366 then
    raise exception 'end_on: must be within a year of the first day, and not before it' using errcode = 'RBINV', column = 'end_on';
  end if;
  if trip.status = 'locked' and (trip.locked_start_on, trip.locked_end_on) = (first, last) then
    return trip;
  end if;
  if trip.status not in ('scheduling', 'proposed') then
    raise exception 'trip_id: dates are no longer looked for' using errcode = 'RBCFL', column = 'trip_id';
  end if;
  update trips.trips as t set status = 'locked', locked_start_on = first, locked_end_on = last where t.id = trip.id returning * into trip;
  return trip;
end
$$;
comment on function trips.lock_dates(uuid, date, date) is
  'The leader confirms dates, the proposed ones unless told others. All are told. The same again changes nothing.';
grant execute on function trips.lock_dates(uuid, date, date) to rowbell_user;
