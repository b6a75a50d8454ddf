create or replace function notify_private.apply_verdicts(
  verdicts notify_private.verdict[], events notify.events[], at timestamptz, masses uuid[] default '{}'
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
-- As in apply_rules(): arrays are joined by hash, tables looked up row by row.
set enable_nestloop = off
as $$
declare
  -- Where so many go out together, single ones pass them: few_due_deliveries().
  many constant integer := 100;
  -- Tests count under no cap.
  tests constant uuid[] := array(select e.id from unnest(events) as e where notify_hidden.is_test_type(e.type_key));
  are_many constant boolean := pg_catalog.cardinality(events) >= many;
  -- What there is to write besides; most calls have little of it.
  has_keys boolean;
  has_counted boolean;
  has_released boolean;
  has_held boolean;
  has_gathered boolean;
  has_fallbacks boolean;
  texts uuid[];
begin
  select
    pg_catalog.bool_or(v.claims_key),
    pg_catalog.bool_or(v.outcome = 'send' and v.channel <> 'in_app' and v.event_id <> all (tests)),
    pg_catalog.bool_or(v.released_rule is not null),
    pg_catalog.bool_or(v.outcome = 'hold'),
    pg_catalog.bool_or(v.outcome = 'digest'),
    pg_catalog.bool_or(v.fallback_key is not null),
    pg_catalog.array_agg(v.notification_id order by v.notification_id) filter (where v.channel = 'sms')
  into has_keys, has_counted, has_released, has_held, has_gathered, has_fallbacks, texts
  from unnest(verdicts) as v;
  if not are_many and pg_catalog.cardinality(verdicts) >= many then
    masses := masses || array(
      select v.event_id from unnest(verdicts) as v where v.outcome = 'send' group by v.event_id, v.channel having count(*) >= many
    );
  end if;

  insert into notify.decisions
    (event_id, recipient_id, channel, outcome, rule, reason, inputs, held_until, rule_inputs, notification_id, decided_at)
  select
    v.event_id, v.recipient_id, v.channel, v.outcome, v.rule, v.reason, v.inputs, v.held_until, v.rule_inputs,
    case when v.outcome <> 'suppress' then v.notification_id end, at
  from unnest(verdicts) as v where v.released_rule is null;

  if has_keys then
    insert into notify_private.dedupe_keys (recipient_id, dedupe_key, channel, event_id, expires_at)
    select v.recipient_id, v.dedupe_key, v.channel, v.event_id, v.dedupe_expires_at
    from unnest(verdicts) as v where v.claims_key
    on conflict (recipient_id, dedupe_key, channel)
      do update set event_id = excluded.event_id, expires_at = excluded.expires_at;
  end if;

  if has_counted then
    insert into notify_private.daily_counters as n (recipient_id, day, channel, count, sent_at)
    select v.recipient_id, v.day, v.channel, pg_catalog.count(*), pg_catalog.array_agg(at)
    from unnest(verdicts) as v where v.outcome = 'send' and v.channel <> 'in_app' and v.event_id <> all (tests)
    group by v.recipient_id, v.day, v.channel
    on conflict (recipient_id, day, channel)
      do update set count = n.count + excluded.count, sent_at = n.sent_at || excluded.sent_at;
  end if;

  insert into notify.deliveries
    (notification_id, recipient_id, channel, sender_id, provider, lane, device_id, address, status, reason,
     due_at, expires_at, max_attempts, created_at, sent_at, delivered_at, finished_at, is_awaited, has_listener,
     has_relevance_check, is_mass, sms_form, sms_encoding, sms_segments, sms_country)
  select
    v.notification_id, v.recipient_id, v.channel, a.sender_id, a.provider,
    case t.priority when 'P0' then 'urgent' else 'bulk' end,
    a.device_id, case when a.device_id is null then a.address end,
    fate.status, a.suppression_reason, case when fate.status = 'queued' then at end, e.due_at + coalesce(e.expires_after, t.expires_after),
    coalesce((t.channel_attempts ->> v.channel)::integer, t.max_attempts), at,
    -- The inbox is a table of ours: writing the row is the delivery.
    case when fate.status = 'delivered' then at end,
    case when fate.status = 'delivered' then at end,
    case when fate.status <> 'queued' then at end,
    v.fallback_key is not null, t.listener is not null, t.still_relevant is not null,
    are_many or v.event_id = any (masses),
    sms.form, sms.encoding, sms.segments, sms.country
  from unnest(verdicts) as v
  join unnest(events) as e on e.id = v.event_id
  join notify.notification_types as t on t.key = e.type_key
  cross join unnest(v.addresses) as a
  cross join lateral (
    select case when a.suppression_reason is not null then 'suppressed' when v.channel = 'in_app' then 'delivered'
      else 'queued' end as status
  ) as fate
  -- Counted from the words that go out; asked of texts alone.
  left join lateral (
    select s.own ->> 'form' as form, m.encoding, m.segments, notify_private.country_of_phone(a.address) as country
    from (
      select x.channel_texts -> 'sms' as own, x.body from notify.notifications as x
      where v.channel = 'sms' and x.id = v.notification_id
        and x.id between texts[1] and texts[pg_catalog.cardinality(texts)] limit 1
    ) as s
    cross join lateral notify_private.measure_sms(coalesce(s.own ->> 'body', s.body)) as m
  ) as sms on true
  where v.outcome = 'send'
    -- An event may name the one device it is for (a test push).
    and (e.only_device_id is null or a.device_id = e.only_device_id);

  if has_released then
    perform notify_private.end_holds(verdicts, at);
  end if;
  if has_held then
    insert into notify.holds
      (event_id, recipient_id, channel, held_at, lane, notification_id, rule, reason, inputs, due_at, rule_inputs)
    select
      v.event_id, v.recipient_id, v.channel, at, case t.priority when 'P0' then 'urgent' else 'bulk' end,
      v.notification_id, v.rule, v.reason, v.inputs, v.held_until,
      -- due_at changes with the person's settings; how long it was meant to wait is part of what was said.
      v.rule_inputs || pg_catalog.jsonb_build_object('until', v.held_until, 'reason', v.reason)
    from unnest(verdicts) as v
    join unnest(events) as e on e.id = v.event_id
    join notify.notification_types as t on t.key = e.type_key
    where v.outcome = 'hold';
  end if;
  if has_gathered then
    perform notify_private.add_digest_items(array(select v from unnest(verdicts) as v where v.outcome = 'digest'), at);
  end if;
  if has_fallbacks then
    perform notify_private.advance_fallbacks(
      array(select distinct v.notification_id from unnest(verdicts) as v where v.fallback_key is not null), at);
  end if;
end
$$;
comment on function notify_private.apply_verdicts(notify_private.verdict[], notify.events[], timestamptz, uuid[]) is
  'Writes what the rules said: decisions, claimed keys, counters, deliveries, holds, digest items; where a held candidate '
  'was judged again, what became of it. masses: events that are told to many, besides '
  'those of which many are here. The notifications exist already. Its callers hold the recipients'' locks.';
