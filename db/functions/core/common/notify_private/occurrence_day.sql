create or replace function notify_private.occurrence_day(at timestamptz, time_of_day time, zone text) returns date
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  shown constant timestamp := at at time zone coalesce(notify_hidden.clock_zone(zone), 'UTC');
begin
  if shown::time <> time_of_day and at = notify_private.local_instant(shown::date - 1 + time_of_day, zone, 'first') then
    return shown::date - 1;
  end if;
  return shown::date;
end
$$;
comment on function notify_private.occurrence_day(timestamptz, time, text) is
  'The local day that an instant of next_local() is for. The clock shows the day after where a gap ends at midnight or later '
  '(America/Nuuk in spring).';
