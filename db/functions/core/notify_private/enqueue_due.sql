create or replace function notify_private.enqueue_due(lane text) returns bigint
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = ''
-- Every second for ever: planned once.
set plan_cache_mode = force_generic_plan set jit = off
as $$
#variable_conflict use_column
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  events bigint;
  work notify_private.sending[];
begin
  -- Job keys, so that ticks do not pile up while the workers are behind.
  select array_agg(row(p.provider, enqueue_due.lane, 1, null)::notify_private.sending) into work
  from notify.providers as p
  where (p.paused_until is null or p.paused_until <= at)
    and exists (
      select from notify.deliveries as d
      where d.provider = p.provider and d.lane = enqueue_due.lane and d.status = 'queued'
        and d.due_at < at - interval '500 milliseconds'
    );
  if work is not null then
    perform graphile_worker.add_jobs(array(
      select row(
        case w.lane when 'urgent' then 'delivery__send_urgent' else 'delivery__send' end,
        json_build_object('provider', w.provider), null, null, null,
        'due:' || w.provider || ':' || w.lane, null, null
      )::graphile_worker.job_spec from unnest(work) as w
    ));
  end if;
  if exists (
    select from notify.holds as h where h.lane = enqueue_due.lane and h.released_at is null and h.due_at <= at
  ) then
    perform graphile_worker.add_job(
      case enqueue_due.lane when 'urgent' then 'hold__release_urgent' else 'hold__release' end, '{}', job_key => 'due:holds:' || enqueue_due.lane);
  end if;
  select count(*) into events
  from (
    select graphile_worker.add_job(
      case enqueue_due.lane when 'urgent' then 'event__plan_urgent' else 'event__plan' end,
      json_build_object('event_ids', json_agg(e.id)), job_key => 'due:events:' || enqueue_due.lane)
    from (
      select e.id from notify.events as e
      join notify.notification_types as t on t.key = e.type_key
      where e.planned_at is null and e.canceled_at is null
        and coalesce(e.retry_at, e.due_at) < at - interval '500 milliseconds'
        and (t.priority = 'P0') = (enqueue_due.lane = 'urgent')
      order by coalesce(e.retry_at, e.due_at) limit 500
    ) as e
    having count(*) > 0
  ) as added;
  if enqueue_due.lane = 'bulk' and exists (select from notify.digests as d where d.closed_at is null and d.due_at <= at) then
    perform graphile_worker.add_job('digest__close', job_key => 'due:digests');
    events := events + 1;
  end if;
  if enqueue_due.lane = 'bulk' and exists (select from notify.journey_enrollments as n where n.ended_at is null and n.next_at <= at) then
    perform graphile_worker.add_job('journey__advance', job_key => 'due:journeys');
    events := events + 1;
  end if;
  return coalesce(cardinality(work), 0) + events;
end
$$;
comment on function notify_private.enqueue_due(text) is
  'The sweep: enqueues what is due and that no job may be thinking of (promoted from the future, to be retried, recovered, or its job was lost). Each worker calls it every second for its lane; returns how many jobs.';
grant execute on function notify_private.enqueue_due(text) to rowbell_worker;
