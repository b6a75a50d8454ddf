create or replace function notify_private.enqueue_due(lane text) returns double precision
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
-- For ever: planned once, and by the indexes that say what is due first, however empty the tables were then.
set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
as $$
#variable_conflict use_column
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  soon constant timestamptz := at + interval '1 second';
  suffix constant text := case enqueue_due.lane when 'urgent' then '_urgent' else '' end;
  jobs graphile_worker.job_spec[];
  next_at timestamptz;
begin
  with
  -- First what is due of each queue, then what comes next of it; each a look-up.
  queues (task, payload, key, due_at, next_at) as (
    select 'delivery__send' || suffix, json_build_object('sender', s.id), s.id || ':' || enqueue_due.lane, f.due_at,
      coalesce(n.due_at, f.due_at)
    from notify.senders as s
    cross join lateral (
      select d.due_at from notify.deliveries as d
      where d.sender_id = s.id and d.lane = enqueue_due.lane and d.status = 'queued' and d.due_at <= soon
      order by d.due_at limit 1
    ) as f
    left join lateral (
      select d.due_at from notify.deliveries as d
      where f.due_at <= at and d.sender_id = s.id and d.lane = enqueue_due.lane and d.status = 'queued' and d.due_at > at
        and d.due_at <= soon
      order by d.due_at limit 1
    ) as n on true
    where s.paused_until is null or s.paused_until <= at or notify_private.next_sender_at(s, at) <= at
    union all
    select 'event__plan' || suffix, '{}'::json, 'events:' || enqueue_due.lane, min(f.due_at), min(coalesce(n.due_at, f.due_at))
    from notify_private.waiting_types as f
    left join lateral (
      select coalesce(e.retry_at, e.due_at) as due_at from notify.events as e
      where f.due_at <= at and e.type_key = f.type_key and e.planned_at is null and e.canceled_at is null
        and coalesce(e.retry_at, e.due_at) > at and coalesce(e.retry_at, e.due_at) <= soon
      order by coalesce(e.retry_at, e.due_at) limit 1
    ) as n on true
    where f.lane = enqueue_due.lane and f.due_at <= soon
    union all
    select 'hold__release' || suffix, '{}', 'holds:' || enqueue_due.lane, f.due_at, coalesce(n.due_at, f.due_at)
    from (
      select h.due_at from notify.holds as h
      where h.lane = enqueue_due.lane and h.released_at is null and h.due_at <= soon order by h.due_at limit 1
    ) as f
    left join lateral (
      select h.due_at from notify.holds as h
      where f.due_at <= at and h.lane = enqueue_due.lane and h.released_at is null and h.due_at > at and h.due_at <= soon
        order by h.due_at limit 1
    ) as n on true
    union all
    select 'digest__close', '{}', 'digests', f.due_at, coalesce(n.due_at, f.due_at)
    from (select d.due_at from notify.digests as d where enqueue_due.lane = 'bulk' and d.closed_at is null and d.due_at <= soon
      order by d.due_at limit 1) as f
    left join lateral (
      select d.due_at from notify.digests as d
      where f.due_at <= at and d.closed_at is null and d.due_at > at and d.due_at <= soon order by d.due_at limit 1
    ) as n on true
    union all
    select 'journey__advance', '{}', 'journeys', f.next_at, coalesce(n.next_at, f.next_at)
    from (select j.next_at from notify.journey_enrollments as j where enqueue_due.lane = 'bulk' and j.ended_at is null and j.next_at <= soon
      order by j.next_at limit 1) as f
    left join lateral (
      select j.next_at from notify.journey_enrollments as j
      where f.next_at <= at and j.ended_at is null and j.next_at > at and j.next_at <= soon order by j.next_at limit 1
    ) as n on true
    union all
    select 'schedule__fire', '{}', 'schedules', f.next_at, coalesce(n.next_at, f.next_at)
    from (select c.next_at from notify.schedule_clocks as c where enqueue_due.lane = 'bulk' and c.next_at <= soon
      order by c.next_at limit 1) as f
    left join lateral (
      select c.next_at from notify.schedule_clocks as c where f.next_at <= at and c.next_at > at and c.next_at <= soon
        order by c.next_at limit 1
    ) as n on true
    union all
    select 'status__send', json_build_object('endpoint', p.endpoint_id), 'status:' || p.endpoint_id, at, at
    from notify_private.status_positions as p
    cross join lateral (
      select from notify.status_endpoints as e
      where enqueue_due.lane = 'bulk' and e.id = p.endpoint_id and e.enabled and coalesce(e.paused_until, at) <= at limit 1
    ) as e
    cross join lateral (
      select from notify_private.status_changes as c
      where (c.xid, c.id) > (p.after_xid, p.after_id)
      order by c.xid, c.id limit 1
    ) as f
    where coalesce(p.claimed_until, at) <= at
  )
  select
    -- Job keys, so that looks do not pile up while the workers are behind.
    array_agg(notify_private.job(q.task, q.payload, job_key => 'due:' || q.key)) filter (where q.due_at <= at),
    min(q.next_at) filter (where q.next_at > at)
  into jobs, next_at
  from queues as q;
  if jobs is not null then
    perform graphile_worker.add_jobs(jobs);
  end if;
  return extract(epoch from least(next_at, soon) - at) * 1000;
end
$$;
comment on function notify_private.enqueue_due(text) is
  'The poller: enqueues jobs for whatever is due (deliveries, events, holds, digests, journeys, schedules, status events) '
  'and returns in how many milliseconds the next thing is, at most a thousand: each worker calls it then '
  'for its lane. So what is due in the future starts on time, and what lost its job (a crash) a second late.';
grant execute on function notify_private.enqueue_due(text) to rowbell_worker;
