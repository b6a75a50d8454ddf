create or replace function notify_private.next_local(time_of_day time, weekdays smallint[], zone text, after timestamptz)
  returns timestamptz
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  clock constant text := coalesce(zone, 'UTC');
  today constant date := (after at time zone clock)::date;
  answer timestamptz;
begin
  -- First occurrences ascend with the days, and today's may have passed; a weekday comes again within seven.
  for ahead in 0..8 loop
    if weekdays is null or extract(isodow from today + ahead)::smallint = any (weekdays) then
      answer := notify_private.local_instant(today + ahead + time_of_day, clock, 'first');
      if answer > after then
        return answer;
      end if;
    end if;
  end loop;
  return null;
end
$$;
comment on function notify_private.next_local(time, smallint[], text, timestamptz) is
  'The first instant after another at which a zone''s clock shows a time of day on one of the ISO weekdays (null: any '
  'day; none of them: null). Once on a day that shows it twice, and at the end of the gap on a day that never does.';
