create or replace function trips.suggest_dates(trip_id uuid, start_on date, end_on date) returns trips.date_windows
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  trip constant trips.trips := trips_private.require_traveled_trip(suggest_dates.trip_id);
  suggestion trips.date_windows;
begin
  if trip.status not in ('scheduling', 'proposed') then
    raise exception 'trip_id: dates are no longer looked for' using errcode = 'RBCFL', column = 'trip_id';
  end if;
  if not coalesce(isfinite(suggest_dates.start_on) and isfinite(suggest_dates.end_on), false) then
    raise exception 'start_on, end_on: must be days' using errcode = 'RBINV';
  end if;
  if suggest_dates.end_on < suggest_dates.start_on then
    raise exception 'end_on: must not be before the first day' using errcode = 'RBINV', column = 'end_on';
  end if;
  if suggest_dates.end_on - suggest_dates.start_on >= 366 then
    raise exception 'end_on: must be within a year of the first day' using errcode = 'RBINV', column = 'end_on';
  end if;
  insert into trips.date_windows (trip_id, author_id, start_on, end_on)
  values (trip.id, me, suggest_dates.start_on, suggest_dates.end_on)
  on conflict (trip_id, author_id, start_on, end_on) do nothing
  returning * into suggestion;
  if not found then
    select * into strict suggestion from trips.date_windows as w
    where w.trip_id = trip.id and w.author_id = me
      and w.start_on = suggest_dates.start_on and w.end_on = suggest_dates.end_on;
  end if;
  return suggestion;
end
$$;
comment on function trips.suggest_dates(uuid, date, date) is
  'Suggests dates, first and last day, for a trip the caller travels on. The '
  'trip''s first ones tell the others. The same again is the same suggestion.';
grant execute on function trips.suggest_dates(uuid, date, date) to rowbell_user;
