create or replace function coaching_private.make_calls(schedule_ids uuid[] default null) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
-- By hash, however many were due when this was planned.
set enable_nestloop = off
as $$
declare
  looked_at bigint := 0;
  moved bigint;
begin
  -- A pass makes one call of each schedule and moves it on by a day; it ends when all are a day ahead.
  loop
    with due as materialized (
      select s.id, s.user_id, s.coach_id, s.topic_key, s.local_time, s.zone,
        -- What nobody made while it was due (an outage) is not made up for.
        case when s.next_at > pg_catalog.now() then s.next_at
          else notify_private.next_local(s.local_time, null, s.zone, pg_catalog.now())
        end as at
      from (
        select x.*, coalesce((select u.time_zone from notify.users as u where u.id = x.user_id), 'UTC') as zone
        from coaching.call_schedules as x
        where x.active and x.next_at <= pg_catalog.now() + interval '25 hours' and (schedule_ids is null or x.id = any (schedule_ids))
        order by x.id
        for no key update skip locked
      ) as s
    ),
    made as (
      insert into coaching.calls (user_id, coach_id, topic_key, schedule_id, local_day, scheduled_at)
      select d.user_id, d.coach_id, d.topic_key, d.id, notify_private.occurrence_day(d.at, d.local_time, d.zone), d.at
      from due as d
      on conflict (schedule_id, local_day) do nothing
    )
    update coaching.call_schedules as s set next_at = notify_private.next_local(s.local_time, null, d.zone, d.at)
    from due as d where s.id = d.id and s.id = any (array(select x.id from due as x));
    get diagnostics moved = row_count;
    looked_at := looked_at + moved;
    exit when moved = 0;
  end loop;
  return looked_at;
end
$$;
comment on function coaching_private.make_calls(uuid[]) is
  'CP-7: makes the calls of schedules (null: of all) for the next day and an hour, each at its '
  'local time on the person''s clock; returns how many it made. Safe to call by many at once.';
