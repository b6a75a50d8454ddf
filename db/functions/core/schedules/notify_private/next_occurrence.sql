create or replace function notify_private.next_occurrence(schedule notify.schedules, zone text, after timestamptz, last_on date)
  returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  answer timestamptz := notify_private.next_local(
    schedule.time_of_day, schedule.weekdays, zone,
    -- An instant before the first day begins: its own first time counts.
    greatest(after, notify_private.local_instant(schedule.starts_on::timestamp, zone, 'first') - interval '1 microsecond'));
begin
  if schedule.canceled_at is not null then
    return null;
  end if;
  if (answer at time zone zone)::date = last_on then
    answer := notify_private.next_local(schedule.time_of_day, schedule.weekdays, zone, answer);
  end if;
  return case when schedule.ends_on is null or (answer at time zone zone)::date <= schedule.ends_on then answer end;
end
$$;
comment on function notify_private.next_occurrence(notify.schedules, text, timestamptz, date) is
  'When a schedule comes next by the clock of a zone after an instant, on another local day than the last one; null: never again.';
