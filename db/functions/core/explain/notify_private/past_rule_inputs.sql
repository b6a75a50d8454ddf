create or replace function notify_private.past_rule_inputs(
  batch notify_private.past[], changes jsonb, settings notify_private.past_settings[], types notify_private.past_type[],
  sent notify_private.past_message[], keys notify_private.past_key[], first_id uuid
) returns setof notify_private.rule_inputs
language sql stable set search_path = pg_catalog, pg_temp
as $$
  with known as (
    select b.*, f.recorded, b.nth is null as is_astray
    from unnest(batch) as b
    cross join lateral (
      -- Where it went another way than it did: what was known when it was judged last until then.
      select case when b.nth is not null then b.rule_inputs[b.nth] else b.rule_inputs[coalesce(
        (select max(n) from pg_catalog.generate_subscripts(b.judged_at, 1) as n where b.judged_at[n] <= b.at), 1)] end as recorded
    ) as f
    where b.nth is null or b.nth <= pg_catalog.cardinality(b.judged_at)
  ),
  element as (
    select
      k.*, t.default_channels, t.default_frequency, t.category, t.dedupe_window, t.attention_channels,
      coalesce(pg_catalog.array_position(t.channels, k.channel), k.place) as place_then,
      case
        when c.change ? 'enabled' then t.enabled
        -- Packs have no history: what ended for that, ended when it did.
        when k.is_astray then t.enabled and not (k.rule is not distinct from 'type' and k.decided_at <= k.at)
        -- What a digest left out was judged by none of these.
        else k.rule is distinct from 'type' or k.ended_by is not null or k.nth < pg_catalog.cardinality(k.judged_at)
      end as type_enabled_then,
      z.zone, (k.at at time zone notify_hidden.clock_zone(z.zone))::date as day,
      case when k.is_astray then t.priority else k.recorded ->> 'priority' end as priority,
      k.channel in ('push', 'email') as has_digests,
      case when k.is_astray or changes ? 'capped_channels'
        then k.channel = any (s.capped_channels) and not notify_hidden.is_test_type(k.type_key)
        else k.recorded ? 'capped' end as capped,
      case when k.is_astray or c.change ? 'cap_excess'
        then case when t.cap_excess = 'digest' and k.channel not in ('push', 'email') then 'defer' else t.cap_excess end
        else coalesce(k.recorded ->> 'excess', 'drop') end as excess,
      c.change,
      (k.is_astray or coalesce(c.change ?| array['default_channels', 'default_frequency'], false))
        and k.recorded ->> 'source' <> 'locked' as chooses,
      s as settings
    from known as k
    -- The settings and the type as they were at that instant.
    join unnest(settings) as v on v.since <= k.at and k.at < v.until
    cross join lateral (select (v.settings).*) as s
    join unnest(types) as w on (w.type).key = k.type_key and w.since <= k.at and k.at < w.until
    cross join lateral (select (w.type).*) as t
    cross join lateral (select changes -> 'types' -> k.type_key as change) as c
    left join lateral (select x.zone from notify_private.time_zone_at(k.recipient_id, k.at) as x where k.is_astray) as y on true
    -- Whoever went another way lived where they lived, whatever was known of them when they were judged last.
    cross join lateral (select coalesce(y.zone, k.recorded ->> 'zone', 'UTC') as zone) as z
  ),
  counted as (
    select
      p.recipient_id, p.zone,
      -- By the day of the zone they live in at that time, wherever they were when it was sent.
      pg_catalog.count(*) filter (where m.at > p.at - interval '50 hours'
        and (m.at at time zone notify_hidden.clock_zone(p.zone))::date = p.day) as today,
      pg_catalog.count(*) filter (where m.at > p.at - (p.settings).rolling_window) as recent,
      pg_catalog.array_agg(m.at + (p.settings).rolling_window order by m.at desc)
        filter (where m.at > p.at - (p.settings).rolling_window) as frees
    from (
      -- A person's candidates share their instant, hence zone, settings and what was sent before.
      select distinct on (e.recipient_id, e.zone) e.recipient_id, e.at, e.day, e.zone, e.settings
      from element as e where e.capped order by e.recipient_id, e.zone
    ) as p
    join unnest(sent) as m
      on m.recipient_id = p.recipient_id and m.at < p.at and (m.uncounted_at is null or m.uncounted_at > p.at)
      and m.channel = any ((p.settings).capped_channels)
    group by p.recipient_id, p.zone
  )
  select
    null::uuid as notification_id,
    e.event_id,
    e.recipient_id,
    e.type_key,
    e.channel,
    e.at,
    e.released_rule,
    e.place_then as place,
    e.priority,
    e.type_enabled_then as type_enabled,
    (e.recorded ->> 'expires_at')::timestamptz as expires_at,
    not e.recorded ? 'relevant' as relevant,
    coalesce(e.recorded ->> 'consent', 'not_needed') as consent,
    e.recorded ->> 'region' as region,
    q.enabled,
    q.frequency,
    q.source,
    (e.recorded ->> 'known')::integer as known,
    coalesce(e.recorded ->> 'usable', e.recorded ->> 'known')::integer as usable,
    e.recorded ->> 'suppression' as suppression_reason,
    null::notify_private.usable_address[] as addresses,
    e.recorded ->> 'fallback' as fallback_key,
    (e.recorded ->> 'step')::integer as fallback_step,
    e.recorded ->> 'key' as dedupe_key,
    e.at + coalesce(e.dedupe_window, (e.settings).retention) as dedupe_expires_at,
    -- What had used the key before the time that is replayed had used it.
    coalesce(k.event_id, w.event_id, case when e.recorded ->> 'used_by' < first_id::text then (e.recorded ->> 'used_by')::uuid end)
      as used_by_event_id,
    coalesce(k.expires_at, w.expires_at) as used_until,
    e.capped,
    case
      when e.is_astray or changes ? 'daily_cap' or not e.recorded ? 'cap' then least((e.settings).daily_cap, o.daily_cap)
      else (e.recorded ->> 'cap')::integer
    end as cap,
    coalesce(n.today, 0)::integer as count,
    e.day,
    case
      when e.is_astray or changes ? 'rolling_cap' or not e.recorded ? 'capped' then (e.settings).rolling_cap
      else (e.recorded ->> 'rolling_cap')::integer
    end as rolling_cap,
    coalesce(n.recent, 0)::integer as rolling_count,
    array[e.at + (e.settings).rolling_window] || n.frees as rolling_frees,
    e.excess as cap_excess,
    e.zone,
    h.until as quiet_until,
    case when h.until = o.paused_until then 'paused' else case when e.held_by[e.nth] = 'quiet_hours' then e.recorded ->> 'reason'
      else 'quiet_hours' end end as quiet_reason,
    case
      when q.frequency = 'held' then e.at
      when not e.is_astray and not q.is_other and not coalesce(e.change ? 'cap_excess',
        false) then (e.recorded ->> 'digest_at')::timestamptz
      when q.frequency in ('daily', 'weekly') or e.excess = 'digest' then notify_private.next_local(
        coalesce(o.digest_time, (e.settings).digest_time),
        case when q.frequency = 'weekly' then array[coalesce(o.digest_weekday, (e.settings).digest_weekday)] end, e.zone, e.at)
    end as digest_at,
    case
      when e.excess = 'drop' and e.released_rule is null or not e.capped or e.priority = 'P0' then null
      when e.held_by[e.nth] = 'daily_cap' then e.held_until[e.nth]
      else notify_private.next_local(
        coalesce(o.digest_time, (e.settings).digest_time), null, e.zone,
        notify_private.local_instant((e.day + 1)::timestamp, e.zone, 'first') - interval '1 microsecond')
    end as defer_until,
    e.recorded ? 'unverified' as unverified,
    e.recorded ->> 'spending' as spending,
    -- Whether they looked is known where it was asked: it can be left out of account afterwards, not brought in.
    case when not (changes ? 'attention_channels' or coalesce(e.change ? 'attention_channels', false))
      or e.channel = any (coalesce(e.attention_channels, (e.settings).attention_channels))
      then (e.recorded ->> 'attention_until')::timestamptz
    end as attention_until,
    e.recorded ? 'seen' as seen,
    -- As rule_inputs() does it.
    case when e.released_rule <> 'attention' then e.recorded ->> 'inbox' end as inbox
  from element as e
  left join lateral (
    select x.quiet_hours, x.paused_until, x.daily_cap, x.digest_time, x.digest_weekday
    from notify_private.personal_settings_at(e.recipient_id, e.at) as x
    where e.is_astray or e.change is not null or e.capped and (e.excess <> 'drop' or e.released_rule is not null)
      or changes ?| array['daily_cap', 'capped_channels', 'quiet_hours', 'quiet_channels']
  ) as o on true
  left join lateral (
    select true as is_found, x.enabled, x.frequency
    from notify_private.preference_at(e.recipient_id, e.type_key, e.category, e.channel, e.at) as x
    where e.chooses
  ) as p on true
  cross join lateral (
    select
      case when p.is_found then coalesce(p.enabled, e.channel = any (e.default_channels))
        else (e.recorded ->> 'enabled')::boolean end as enabled,
      case when p.is_found
        then case when e.has_digests and d.frequency = 'instant' and not e.is_astray and e.recorded ->> 'frequency' = 'held' then 'held'
          when e.has_digests or d.frequency = 'never' then d.frequency else 'instant' end
        -- Whether others had waited as well, another way, nobody knows.
        else coalesce(case when e.is_astray then nullif(e.recorded ->> 'frequency', 'held') else e.recorded ->> 'frequency' end, 'instant')
        end as frequency,
      case when p.is_found and p.enabled is null then 'default' when p.is_found then 'own' else e.recorded ->> 'source' end as source,
      coalesce(p.is_found, false) as is_other
    from (select coalesce(p.frequency, e.default_frequency) as frequency) as d
  ) as q
  left join unnest(keys) as k
    on e.shares_key and k.recipient_id = e.recipient_id and k.channel = e.channel and k.dedupe_key = e.recorded ->> 'key'
    and k.event_id <> e.event_id and k.expires_at > e.at
  -- On another step of its fallback.
  left join lateral (
    select x.event_id, x.expires_at from unnest(keys) as x
    where e.shares_key and e.recorded ? 'fallback' and k.event_id is null
      and x.recipient_id = e.recipient_id and x.dedupe_key = e.recorded ->> 'key' and x.event_id <> e.event_id and x.expires_at > e.at
      and exists (select from notify.fallback_steps as f where f.fallback_key = e.recorded ->> 'fallback' and x.channel = any (f.channels))
    limit 1
  ) as w on true
  left join counted as n on n.recipient_id = e.recipient_id and n.zone = e.zone and e.capped
  cross join lateral (
    select case
      when not e.is_astray and not changes ?| array['quiet_hours', 'quiet_channels'] then (e.recorded ->> 'quiet_until')::timestamptz
      when e.priority = 'P0' or e.channel <> all ((e.settings).quiet_channels) then null
      else greatest(
        case when o.paused_until > e.at then o.paused_until end,
        notify_private.quiet_until(coalesce(o.quiet_hours, (e.settings).quiet_hours), e.zone, e.at))
    end as until
  ) as h
$$;
comment on function notify_private.past_rule_inputs(
  notify_private.past[], jsonb, notify_private.past_settings[], notify_private.past_type[], notify_private.past_message[],
  notify_private.past_key[], uuid
) is
  'The rule inputs of candidates of the past as they were recorded and as the settings of each instant say, with what changed '
  'settings and what was sent and told instead make of them. Part of replay().';
