create or replace function notify_private.fire_schedules(max_clocks integer default 500) returns boolean
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off set enable_bitmapscan = off
as $$
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  due notify.schedule_clocks[];
  clock notify.schedule_clocks;
  schedule notify.schedules;
  occurrence timestamptz;
  upcoming timestamptz;
  day date;
  passed integer;
begin
  due := array(
    select c from notify.schedule_clocks as c where c.next_at <= at order by c.next_at limit max_clocks for update skip locked
  );
  foreach clock in array due loop
    select * into strict schedule from notify.schedules as s where s.id = clock.schedule_id;
    -- After a time without workers the latest one counts, and the ones before it do not.
    occurrence := clock.next_at;
    passed := 0;
    loop
      upcoming := notify_private.next_occurrence(schedule, clock.time_zone, occurrence, null);
      exit when upcoming is null or upcoming > at;
      occurrence := upcoming;
      passed := passed + 1;
    end loop;
    day := notify_private.occurrence_day(occurrence, schedule.time_of_day, clock.time_zone);

    insert into notify.events (type_key, subject_type, subject_id, data, idempotency_key, due_at)
    select
      schedule.type_key, schedule.subject_type, schedule.subject_id,
      schedule.data || pg_catalog.jsonb_build_object(
        'schedule_id', schedule.id, 'user_id', schedule.user_id, 'time_zone', clock.time_zone, 'local_date', day),
      pg_catalog.format('schedule:%s:%s:%s', schedule.id, clock.time_zone, extract(epoch from occurrence)),
      occurrence
    from notify.notification_types as t
    -- Of a pack that is off the time passes without a word.
    where t.key = schedule.type_key and t.pack <> all (notify_hidden.packs_off()) and occurrence + t.expires_after > at
      and (schedule.user_id is not null or schedule.time_zone is not null
        or exists (select from notify.users as u where coalesce(u.time_zone, 'UTC') = clock.time_zone));
    if not found and not exists (
      select from notify.notification_types as t
      where t.key = schedule.type_key and t.pack <> all (notify_hidden.packs_off()) and occurrence + t.expires_after > at
    ) then
      passed := passed + 1;
    end if;

    update notify.schedule_clocks as c
    set next_at = upcoming, last_on = day, skipped = c.skipped + passed
    where c.schedule_id = clock.schedule_id and c.time_zone = clock.time_zone;
  end loop;
  return pg_catalog.cardinality(due) = max_clocks;
end
$$;
comment on function notify_private.fire_schedules(integer) is
  'Makes the event of each schedule whose time has come and sets its clock on, in one transaction. After a time without workers '
  'the latest missed one fires, if it has not expired; the others are counted as skipped, '
  'and so are those of a pack that is off. Returns whether more may be due.';
grant execute on function notify_private.fire_schedules(integer) to rowbell_worker;
