create or replace function notify_private.apply_rules(
  events notify.events[], members notify_private.audience_member[], at timestamptz
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
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
      notify_private.render(c.title, d.variables, d.locale) as title,
      notify_private.render(c.subtitle, d.variables, d.locale) as subtitle,
      notify_private.render(c.body, d.variables, d.locale) as body,
      notify_private.render_data(t.data_template, d.variables) as data,
      notify_private.render(t.thread_template, d.variables) as thread_id,
      notify_private.render(t.collapse_template, d.variables) as collapse_key,
      notify_private.channel_texts(t.key, d.locale, d.variant, d.variables) as channel_texts,
      -- {userId} is the one value that differs for each person; it is put in below.
      notify_private.render(t.dedupe_key, d.variables || '{"userId": "{userId}"}') as dedupe_key
    from (select distinct event_id, locale, variant, variables from member) as d
    join unnest(events) as e on e.id = d.event_id
    join notify.notification_types as t on t.key = e.type_key
    cross join lateral notify_private.best_copy(t.key, d.locale, d.variant) as c
  )
  select pg_catalog.array_agg(row(
    uuidv7(), m.event_id, m.recipient_id, t.title, t.subtitle, t.body, t.data, t.thread_id, t.collapse_key,
    notify_private.hash_long_key(k.key), t.channel_texts
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
      select row(
        p.notification_id, p.event_id, t.key, p.recipient_id, channel, p.dedupe_key, e.due_at + coalesce(e.expires_after, t.expires_after),
        e.fallback_key, null
      )::notify_private.candidate
      from unnest(people) as p
      join unnest(events) as e on e.id = p.event_id
      join notify.notification_types as t on t.key = e.type_key
      cross join unnest(t.channels) as channel
      where e.channels is null or channel = any (e.channels)
    ), at) as v;
  if verdicts is null then
    return;
  end if;

  insert into notify.notifications
    (id, event_id, recipient_id, type_key, priority, actor_id, title, subtitle, body, data, thread_id, collapse_key, channel_texts,
      created_at, expires_at, told_at)
  select
    p.notification_id, p.event_id, p.recipient_id, t.key, t.priority, e.actor_id,
    p.title, p.subtitle, p.body, p.data, p.thread_id, p.collapse_key, p.channel_texts, at,
    e.due_at + coalesce(e.expires_after, t.expires_after),
    case when n.is_told then at end
  from unnest(people) as p
  join (
    select v.notification_id, pg_catalog.bool_or(v.outcome = 'send') as is_told
    from unnest(verdicts) as v where v.outcome <> 'suppress' group by v.notification_id
  ) as n on n.notification_id = p.notification_id
  join unnest(events) as e on e.id = p.event_id
  join notify.notification_types as t on t.key = e.type_key;
  perform notify_private.apply_verdicts(verdicts, events, at);

  if exists (select from unnest(events) as e join notify.notification_types as t on t.key = e.type_key where t.warns_unreachable) then
    perform notify_private.warn_unreachable(verdicts);
  end if;
end
$$;
comment on function notify_private.apply_rules(notify.events[], notify_private.audience_member[], timestamptz) is
  'Renders the copy, asks evaluate(), and writes the notifications and what '
  'follows from the verdicts. Part of plan(), which holds the recipients'' locks.';
