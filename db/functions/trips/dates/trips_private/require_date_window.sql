create or replace function trips_private.require_date_window(id uuid) returns trips.date_windows
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  suggestion trips.date_windows;
  trip_status text;
begin
  select w.* into suggestion from trips.date_windows as w
  where w.id = require_date_window.id and w.trip_id = any (array(select trips_private.my_trip_ids()));
  if not found then
    raise exception 'date_window_id: there are no such dates, or you may not see them' using errcode = 'RBNFD', column = 'date_window_id';
  end if;
  select t.status into strict trip_status from trips.trips as t where t.id = suggestion.trip_id;
  if trip_status not in ('scheduling', 'proposed') then
    raise exception 'date_window_id: dates are no longer looked for' using errcode = 'RBCFL', column = 'date_window_id';
  end if;
  return suggestion;
end
$$;
comment on function trips_private.require_date_window(uuid) is
  'Suggested dates of a trip that the current user travels on and that still looks for dates; raises RBNFD or RBCFL.';
