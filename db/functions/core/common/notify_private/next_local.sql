create or replace function notify_private.next_local(time_of_day time, weekdays smallint[], zone text, after timestamptz)
  returns timestamptz
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  clock constant text := coalesce(notify_hidden.clock_zone(zone), 'UTC');
  today constant date := (after at time zone clock)::date;
  day date;
  answer timestamptz;
begin
  -- First occurrences ascend with the days, and today's may have passed; a weekday comes again within seven, or, where the zone
  -- has left out that day, within fourteen.
  for ahead in 0..15 loop
    day := today + ahead;
    if weekdays is null or extract(isodow from day)::smallint = any (weekdays) then
      answer := notify_private.local_instant(day + time_of_day, clock, 'first');
      if answer > after and (
        (answer at time zone clock)::date = day
        -- Only a part of the day was skipped, and the end of that may be the next one's midnight.
        or (notify_private.local_instant(day::timestamp, clock, 'first') at time zone clock)::date = day
      ) then
        return answer;
      end if;
    end if;
  end loop;
  return null;
end
$$;
comment on function notify_private.next_local(time, smallint[], text, timestamptz) is
  'The first instant after another at which a zone''s clock shows a time of day on one of the ISO weekdays (null: any '
  'day; none of them: null). Once on a day that shows it twice, at the end of the gap on a day that never does, and never for a day '
  'that the zone left out. Which day it is for, occurrence_day() says.';
