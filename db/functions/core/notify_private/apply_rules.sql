create or replace function notify_private.apply_rules(
  events notify.events[], members notify_private.audience_member[], at timestamptz
) returns void
language sql volatile set search_path = ''
as $$
  with event as (
    select e.id, e.actor_id, e.due_at + t.expires_after as expires_at, t.*
    from unnest(events) as e (id, type_key, actor_id, subject_type, subject_id, data, idempotency_key, due_at)
    join notify.notification_types as t on t.key = e.type_key
  ),
  member as (
    select m.event_id, m.recipient_id, coalesce(m.variant, 'default') as variant, m.variables, u.locale
    from unnest(members) as m join notify.users as u on u.id = m.recipient_id
  ),
  -- Rendered once per event, variant, locale and set of values, not per person: a broadcast has a handful of texts.
  text as materialized (
    select
      d.event_id, d.locale, d.variant, d.variables,
      notify_private.render(c.title, d.variables) as title,
      notify_private.render(c.subtitle, d.variables) as subtitle,
      notify_private.render(c.body, d.variables) as body,
      notify_private.render_data(e.data_template, d.variables) as data,
      notify_private.render(e.thread_template, d.variables) as thread_id,
      notify_private.render(e.collapse_template, d.variables) as collapse_key,
      -- {userId} is the one value that differs for each person; it is put in below.
      notify_private.render(e.dedupe_key, d.variables || '{"userId": "{userId}"}') as dedupe_key
    from (select distinct event_id, locale, variant, variables from member) as d
    join event as e on e.id = d.event_id
    cross join lateral notify_private.best_copy(e.key, d.locale, d.variant) as c
  ),
  person as materialized (
    select
      uuidv7() as notification_id, m.event_id, m.recipient_id,
      t.title, t.subtitle, t.body, t.data, t.thread_id, t.collapse_key,
      m.variables ->> 'only_device_id' as only_device_id,
      replace(t.dedupe_key, '{userId}', m.recipient_id::text) as dedupe_key
    from member as m
    join text as t on t.event_id = m.event_id and t.locale = m.locale and t.variant = m.variant and t.variables = m.variables
  ),
  verdict as materialized (
    select v.* from notify_private.evaluate(
      array(
        select row(p.event_id, e.key, p.recipient_id, channel, p.dedupe_key)::notify_private.candidate
        from person as p join event as e on e.id = p.event_id cross join unnest(e.channels) as channel
      ), at) as v
  ),
  decided as (
    insert into notify.decisions (event_id, recipient_id, channel, outcome, rule, reason, inputs, notification_id, decided_at)
    select
      v.event_id, v.recipient_id, v.channel, v.outcome, v.rule, v.reason, v.inputs,
      case when v.outcome = 'send' then p.notification_id end, at
    from verdict as v join person as p on p.event_id = v.event_id and p.recipient_id = v.recipient_id
  ),
  notified as (
    insert into notify.notifications
      (id, event_id, recipient_id, type_key, priority, actor_id, title, subtitle, body, data, thread_id, collapse_key, created_at, expires_at)
    select
      p.notification_id, p.event_id, p.recipient_id, e.key, e.priority, e.actor_id,
      p.title, p.subtitle, p.body, p.data, p.thread_id, p.collapse_key, at, e.expires_at
    from person as p join event as e on e.id = p.event_id
    where exists (
      select from verdict as v where v.event_id = p.event_id and v.recipient_id = p.recipient_id and v.outcome = 'send'
    )
  ),
  keyed as (
    insert into notify_private.dedupe_keys (recipient_id, dedupe_key, channel, event_id, expires_at)
    select v.recipient_id, v.dedupe_key, v.channel, v.event_id, v.dedupe_expires_at
    from verdict as v where v.outcome = 'send' and v.dedupe_key is not null
    on conflict (recipient_id, dedupe_key, channel)
      do update set event_id = excluded.event_id, expires_at = excluded.expires_at
  ),
  counted as (
    insert into notify_private.daily_counters as n (recipient_id, day, channel, count)
    select v.recipient_id, v.day, v.channel, count(*)
    from verdict as v where v.outcome = 'send' and v.channel <> 'in_app'
    group by v.recipient_id, v.day, v.channel
    on conflict (recipient_id, day, channel) do update set count = n.count + excluded.count
  )
  insert into notify.deliveries
    (notification_id, recipient_id, channel, provider, lane, device_id, address, status, reason,
     due_at, expires_at, max_attempts, created_at, sent_at, delivered_at, finished_at)
  select
    p.notification_id, v.recipient_id, v.channel, a.provider,
    case e.priority when 'P0' then 'urgent' else 'bulk' end,
    a.device_id, case when a.device_id is null then a.address end,
    fate.status, x.reason, at, e.expires_at, e.max_attempts, at,
    -- The inbox is a table of ours: writing the row is the delivery.
    case when fate.status = 'delivered' then at end,
    case when fate.status = 'delivered' then at end,
    case when fate.status <> 'queued' then at end
  from verdict as v
  join person as p on p.event_id = v.event_id and p.recipient_id = v.recipient_id
  join event as e on e.id = v.event_id
  join notify_private.addresses as a
    on a.user_id = v.recipient_id and a.channel = v.channel
    -- An audience may name the one device a push is about (a test).
    and (p.only_device_id is null or a.device_id = p.only_device_id::uuid)
  left join notify.suppressions as x
    on x.channel = a.channel and x.address = a.address and (x.expires_at is null or x.expires_at > at)
  cross join lateral (
    select case when x.id is not null then 'suppressed' when v.channel = 'in_app' then 'delivered' else 'queued' end as status
  ) as fate
  where v.outcome = 'send'
$$;
comment on function notify_private.apply_rules(notify.events[], notify_private.audience_member[], timestamptz) is
  'Renders the copy, asks evaluate(), and writes what it said: decisions, notifications, claimed keys, counters, deliveries. Part of plan(), which holds the recipients'' locks.';
