create or replace function notify_private.prometheus_metrics() returns table (name text, labels jsonb, value double precision)
language sql stable
-- Definer: metrics over tables that the metrics route must not read. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  -- Waiting, by who is to carry it; both from the partial index of what is queued.
  select m.name, s.labels || m.labels, m.value
  from (
    select 'queue_depth' as name, d.sender_id, pg_catalog.jsonb_build_object('lane', d.lane, 'due', d.due_at <= pg_catalog.now()) as labels,
      count(*)::double precision as value
    from notify.deliveries as d where d.due_at is not null
    group by d.sender_id, d.lane, d.due_at <= pg_catalog.now()
    union all
    select 'queue_oldest_due_seconds', d.sender_id, pg_catalog.jsonb_build_object('lane', d.lane),
      extract(epoch from pg_catalog.now() - min(d.due_at))::double precision
    from notify.deliveries as d where d.due_at <= pg_catalog.now()
    group by d.sender_id, d.lane
    union all
    select 'sender_paused', s.id, '{}', (s.paused_until is not null)::integer
    from notify.senders as s where s.configured
    union all
    select 'origins_paused', s.id, '{}', (
      select count(*) from notify.provider_origins as o where o.sender_id = s.id and o.paused_until is not null
    )
    from notify.senders as s where s.configured and s.provider in ('web_push', 'webhook')
    union all
    select 'suspect_people', s.sender_id, '{}', count(distinct s.user_id)
    from notify_private.suspects as s group by s.sender_id
  ) as m
  cross join lateral (
    select pg_catalog.jsonb_build_object('app', x.app_key, 'provider', x.provider, 'environment', x.environment,
      'place', x.place) as labels
    from notify.senders as x where x.id = m.sender_id
  ) as s
  union all
  -- The last hour only: ids are time, so this reads the end of one partition however large the table is.
  select 'deliveries_last_hour',
    pg_catalog.jsonb_build_object('type', n.type_key, 'channel', d.channel, 'provider', d.provider, 'status', d.status),
    count(*)
  from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
  where d.id >= notify_private.uuidv7_floor(pg_catalog.now() - interval '1 hour')
  group by n.type_key, d.channel, d.provider, d.status
  union all
  select 'suppressed_last_hour', pg_catalog.jsonb_build_object('channel', c.channel, 'rule', c.rule), count(*)
  from notify.decisions as c
  where c.event_id >= notify_private.uuidv7_floor(pg_catalog.now() - interval '1 hour') and c.outcome = 'suppress'
  group by c.channel, c.rule
  union all
  -- By the index of what is due and the one of what failed: a million scheduled events are not read.
  select 'events_waiting', pg_catalog.jsonb_build_object('failed', w.failed), w.events
  from (
    select false as failed, (
      select count(*) from notify.notification_types as t
      cross join lateral (
        select from notify.events as e
        where e.type_key = t.key and e.planned_at is null and e.canceled_at is null and coalesce(e.retry_at, e.due_at) <= pg_catalog.now()
          and e.plan_error is null
      ) as e
    ) as events
    union all
    select true, (
      select count(*) from notify.events as e where e.retry_at is not null and e.plan_error is not null and e.planned_at is null
        and e.canceled_at is null
    )
  ) as w where w.events > 0
  union all
  -- Not by how much metrics lag, which is meant for what is old or takes long, but by how much more than that.
  select 'rollups_late_seconds', pg_catalog.jsonb_build_object('span', m.span),
    greatest(extract(epoch from pg_catalog.max(pg_catalog.now() - greatest(m.marked_at, notify_private.next_refresh(p)))),
      0)::double precision
  from (
    select k.span, k.starts_at, pg_catalog.min(k.marked_at) as marked_at from notify_private.dirty_periods as k
      group by k.span, k.starts_at
  ) as m
  left join notify_private.rollup_periods as p on p.span = m.span and p.starts_at = m.starts_at
  group by m.span
  union all
  select 'limit_reached', pg_catalog.jsonb_build_object('limit', l.key), (
    select count(*) from notify_private.limit_uses as u
    where u.limit_key = l.key and u.used >= l.at_most and u.window_start > pg_catalog.now() - l.per
  )
  from notify.limits as l where l.per is not null
  union all
  -- Where nothing is spent yet there is nothing to compare.
  select m.name, pg_catalog.jsonb_build_object('channel', s.channel, 'country', s.country, 'currency', s.currency),
    m.value::double precision
  from (
    select x.day, x.channel, x.country, x.currency, x.spent from notify.daily_spending as x
    union all
    select x.day, x.channel, 'all', x.currency, x.spent from notify.daily_spending_totals as x
  ) as s
  cross join lateral (
    select x.per_day from notify.spending_caps as x
    where x.channel = s.channel and x.country in (s.country, '*') order by x.country = '*' limit 1
  ) as c
  cross join lateral (values ('spending', s.spent), ('spending_cap', c.per_day)) as m (name, value)
  where s.day = (pg_catalog.now() at time zone 'UTC')::date
  union all
  -- By the first that waits, a look-up: however much is kept for an endpoint that is away, it is not counted.
  select m.name, pg_catalog.jsonb_build_object('endpoint', e.id), m.value
  from notify.status_endpoints as e
  join notify_private.status_positions as p on p.endpoint_id = e.id
  left join lateral (
    select c.changed_at from notify_private.status_changes as c
    where (c.xid, c.id) > (p.after_xid, p.after_id) order by c.xid, c.id limit 1
  ) as c on true
  cross join lateral (
    values
      ('status_endpoint_paused', (e.paused_until is not null)::integer::double precision),
      ('status_events_oldest_seconds', coalesce(extract(epoch from pg_catalog.now() - c.changed_at), 0)::double precision),
      ('status_events_dropped', e.dropped_events::double precision)
  ) as m (name, value)
  where e.enabled
  union all
  select 'workers_alive', pg_catalog.jsonb_build_object('lane', l.lane), count(w.id)
  from (values ('urgent'), ('bulk')) as l (lane)
  left join notify.workers as w
    on w.lane = l.lane and w.stopped_at is null and w.seen_at > pg_catalog.clock_timestamp() - interval '15 seconds'
  group by l.lane
  union all
  select 'jobs', pg_catalog.jsonb_build_object('task', j.task_identifier, 'failed', j.attempts > 1), count(*)
  from graphile_worker.jobs as j
  group by j.task_identifier, j.attempts > 1
  union all
  -- Of the whole cluster, whatever database fills it.
  select 'notice_queue_ratio', '{}', pg_catalog.pg_notification_queue_usage()
$$;
comment on function notify_private.prometheus_metrics() is
  'The metrics of /metrics, one row per sample; src/http/prometheus_metrics.ts says what each means.';
grant execute on function notify_private.prometheus_metrics() to rowbell_http;
