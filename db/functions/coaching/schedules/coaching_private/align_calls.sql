create or replace function coaching_private.align_calls(schedule_ids uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
-- By hash, however many there were when this was planned; each table is read by its keys, and people one by one in sub-selects.
set enable_nestloop = off
as $$
begin
  -- Locked in one order for everyone.
  perform from coaching.call_schedules as s where s.id = any (schedule_ids) order by s.id for no key update;
  -- The same day of the person's own, at the instant its clock shows the time now; one that was moved by itself, at the
  -- instant it shows that time. A day on which that has passed has no call any more. What is due already is under way and stays.
  with wanted as materialized (
    select c.id, case when s.active then notify_private.local_instant(
      coalesce(c.moved_day + c.moved_time, c.local_day + s.local_time),
      coalesce((select u.time_zone from notify.users as u where u.id = s.user_id), 'UTC'), 'first') end as at
    from coaching.call_schedules as s
    join coaching.calls as c on c.schedule_id = s.id and c.status = 'pending' and c.scheduled_at > pg_catalog.now()
    where s.id = any (schedule_ids) and c.schedule_id = any (schedule_ids)
    order by c.id
  )
  update coaching.calls as c
  set
    status = case when w.at > pg_catalog.now() then c.status else 'canceled' end,
    -- What the schedule cancels gives its day back: the time, or the schedule, may come back within it.
    local_day = case when w.at > pg_catalog.now() then c.local_day end,
    scheduled_at = case when w.at > pg_catalog.now() then w.at else c.scheduled_at end
  from wanted as w
  where c.id = w.id and c.id = any (array(select x.id from wanted as x)) and (w.at is null or w.at <> c.scheduled_at);

  -- Days that have their call keep it: make_calls() makes none twice.
  update coaching.call_schedules as s
  set next_at = notify_private.next_local(
    s.local_time, null, coalesce((select u.time_zone from notify.users as u where u.id = s.user_id), 'UTC'), pg_catalog.now())
  where s.id = any (schedule_ids) and s.active;
  perform coaching_private.make_calls(schedule_ids);
end
$$;
comment on function coaching_private.align_calls(uuid[]) is
  'CP-7, CP-8: moves the pending calls of schedules to where their local time and '
  'the person''s time zone put them now, and cancels those of schedules that ended.';
