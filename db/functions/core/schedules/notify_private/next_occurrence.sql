create or replace function notify_private.next_occurrence(schedule notify.schedules, zone text, after timestamptz, last_on date)
  returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  answer timestamptz := notify_private.next_local(
    schedule.time_of_day, schedule.weekdays, zone,
    -- An instant before the first day begins: its own first time counts.
    greatest(after, notify_private.local_instant(schedule.starts_on::timestamp, zone, 'first') - interval '1 microsecond'));
  day date := notify_private.occurrence_day(answer, schedule.time_of_day, zone);
begin
  if schedule.canceled_at is not null then
    return null;
  end if;
  -- The day before the first one may end in a gap, so that its time comes on the first.
  while day = last_on or day < schedule.starts_on loop
    answer := notify_private.next_local(schedule.time_of_day, schedule.weekdays, zone, answer);
    day := notify_private.occurrence_day(answer, schedule.time_of_day, zone);
  end loop;
  return case when schedule.ends_on is null or day <= schedule.ends_on then answer end;
end
$$;
comment on function notify_private.next_occurrence(notify.schedules, text, timestamptz, date) is
  'When a schedule comes next by the clock of a zone after an instant, on another local day than the last one; null: never again.';
