create or replace function notify_private.apply_rules(
  events notify.events[], members notify_private.audience_member[], at timestamptz
) returns void
language plpgsql volatile set search_path = ''
-- Arrays are joined by hash, though a generic plan takes them for ten elements; tables are looked up row by row (lateral
-- "limit 1"), so no plan can scan one.
set enable_nestloop = off
as $$
declare
  people notify_private.person[];
  verdicts notify_private.verdict[];
begin
  with member as (
    select m.event_id, m.recipient_id, coalesce(m.variant, 'default') as variant, coalesce(m.variables, '{}') as variables, u.locale
    from unnest(members) as m
    cross join lateral (select x.locale from notify.users as x where x.id = m.recipient_id limit 1) as u
  ),
  -- Rendered once per event, variant, locale and set of values, not per person: a broadcast has a handful of texts.
  text as materialized (
    select
      d.event_id, d.locale, d.variant, d.variables,
      notify_private.render(c.title, d.variables) as title,
      notify_private.render(c.subtitle, d.variables) as subtitle,
      notify_private.render(c.body, d.variables) as body,
      notify_private.render_data(t.data_template, d.variables) as data,
      notify_private.render(t.thread_template, d.variables) as thread_id,
      notify_private.render(t.collapse_template, d.variables) as collapse_key,
      -- {userId} is the one value that differs for each person; it is put in below.
      notify_private.render(t.dedupe_key, d.variables || '{"userId": "{userId}"}') as dedupe_key
    from (select distinct event_id, locale, variant, variables from member) as d
    join unnest(events) as e on e.id = d.event_id
    join notify.notification_types as t on t.key = e.type_key
    cross join lateral notify_private.best_copy(t.key, d.locale, d.variant) as c
  )
  select pg_catalog.array_agg(row(
    uuidv7(), m.event_id, m.recipient_id, t.title, t.subtitle, t.body, t.data, t.thread_id, t.collapse_key,
    -- A key as long as an index row may not be (2.7 kB) is as good by its digest.
    case when length(k.key) <= 500 then k.key else 'sha256:' || pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(k.key, 'UTF8')), 'hex') end
  )::notify_private.person) into people
  from member as m
  join text as t on t.event_id = m.event_id and t.locale = m.locale and t.variant = m.variant and t.variables = m.variables
  cross join lateral (select pg_catalog.replace(t.dedupe_key, '{userId}', m.recipient_id::text) as key) as k;
  if people is null then
    return;
  end if;

  select pg_catalog.array_agg(v) into verdicts
  from notify_private.evaluate(
    array(
      select row(p.notification_id, p.event_id, t.key, p.recipient_id, channel, p.dedupe_key, e.due_at + t.expires_after, e.fallback_key, null)::notify_private.candidate
      from unnest(people) as p
      join unnest(events) as e on e.id = p.event_id
      join notify.notification_types as t on t.key = e.type_key
      cross join unnest(t.channels) as channel
      where e.channels is null or channel = any (e.channels)
    ), at) as v;

  with decided as (
    insert into notify.decisions (event_id, recipient_id, channel, outcome, rule, reason, inputs, notification_id, decided_at)
    select
      v.event_id, v.recipient_id, v.channel, v.outcome, v.rule, v.reason, v.inputs,
      case when v.outcome = 'send' then v.notification_id end, at
    from unnest(verdicts) as v
  ),
  notified as (
    insert into notify.notifications
      (id, event_id, recipient_id, type_key, priority, actor_id, title, subtitle, body, data, thread_id, collapse_key, created_at, expires_at)
    select
      p.notification_id, p.event_id, p.recipient_id, t.key, t.priority, e.actor_id,
      p.title, p.subtitle, p.body, p.data, p.thread_id, p.collapse_key, at, e.due_at + t.expires_after
    from unnest(people) as p
    join unnest(events) as e on e.id = p.event_id
    join notify.notification_types as t on t.key = e.type_key
    where p.notification_id in (select v.notification_id from unnest(verdicts) as v where v.outcome = 'send')
  ),
  keyed as (
    insert into notify_private.dedupe_keys (recipient_id, dedupe_key, channel, event_id, expires_at)
    select v.recipient_id, v.dedupe_key, v.channel, v.event_id, v.dedupe_expires_at
    from unnest(verdicts) as v where v.outcome = 'send' and v.dedupe_key is not null
    on conflict (recipient_id, dedupe_key, channel)
      do update set event_id = excluded.event_id, expires_at = excluded.expires_at
  ),
  counted as (
    insert into notify_private.daily_counters as n (recipient_id, day, channel, count)
    select v.recipient_id, v.day, v.channel, pg_catalog.count(*)
    from unnest(verdicts) as v where v.outcome = 'send' and v.channel <> 'in_app'
    group by v.recipient_id, v.day, v.channel
    on conflict (recipient_id, day, channel) do update set count = n.count + excluded.count
  )
  insert into notify.deliveries
    (notification_id, recipient_id, channel, provider, lane, device_id, address, status, reason,
     due_at, expires_at, max_attempts, created_at, sent_at, delivered_at, finished_at)
  select
    v.notification_id, v.recipient_id, v.channel, a.provider,
    case t.priority when 'P0' then 'urgent' else 'bulk' end,
    a.device_id, case when a.device_id is null then a.address end,
    fate.status, a.suppression_reason, at, e.due_at + t.expires_after, t.max_attempts, at,
    -- The inbox is a table of ours: writing the row is the delivery.
    case when fate.status = 'delivered' then at end,
    case when fate.status = 'delivered' then at end,
    case when fate.status <> 'queued' then at end
  from unnest(verdicts) as v
  join unnest(events) as e on e.id = v.event_id
  join notify.notification_types as t on t.key = e.type_key
  cross join unnest(v.addresses) as a
  cross join lateral (
    select case when a.suppression_reason is not null then 'suppressed' when v.channel = 'in_app' then 'delivered' else 'queued' end as status
  ) as fate
  where v.outcome = 'send'
    -- An event may name the one device it is for (a test push).
    and (e.data ->> 'only_device_id' is null or a.device_id::text = e.data ->> 'only_device_id');
end
$$;
comment on function notify_private.apply_rules(notify.events[], notify_private.audience_member[], timestamptz) is
  'Renders the copy, asks evaluate(), and writes what it said: decisions, notifications, claimed keys, counters, deliveries. Part of plan(), which holds the recipients'' locks.';
