-- Without settings of its own, so that it is inlined.
create or replace function coaching_private.day_of_call(call coaching.calls, zone text) returns date
language sql stable
as $$
  select coalesce(
    day_of_call.call.moved_day, day_of_call.call.local_day,
    (day_of_call.call.scheduled_at at time zone notify_hidden.clock_zone(coalesce(day_of_call.zone, 'UTC')))::pg_catalog.date)
$$;
comment on function coaching_private.day_of_call(coaching.calls, text) is
  'The person''s own day that a call counts for: the one that its schedule asked for, also where the clocks skip its time and it comes '
  'at midnight; of a call without a schedule, the one that their clock shows.';
