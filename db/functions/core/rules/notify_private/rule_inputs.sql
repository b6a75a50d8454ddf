create or replace function notify_private.rule_inputs(candidates notify_private.candidate[], at timestamptz)
returns setof notify_private.rule_inputs
language sql stable set search_path = pg_catalog, pg_temp
-- Each look-up is a lateral "limit 1": an index look-up per candidate whatever the statistics say. A generic plan made
-- while a table was still empty otherwise scans all of it for every candidate (1.4 s a slice instead of 6 ms) until the
-- next analyze. What few types or people have is asked only of those: by the conditions on t, s, c and o inside the laterals, which cost
-- a third of a microsecond a candidate, or by a case, which costs nothing.
as $$
  select
    c.notification_id,
    c.event_id,
    c.recipient_id,
    c.type_key,
    c.channel,
    at,
    c.released_rule,
    pg_catalog.array_position(t.channels, c.channel) as place,
    t.priority,
    t.enabled and t.pack <> all (array(select x.name from notify.packs as x where not x.enabled)) as type_enabled,
    c.expires_at,
    r.event_id is null as relevant,
    case
      when t.purpose = 'transactional' then 'not_needed'
      when w.granted then 'given'
      when not w.granted then 'withdrawn'
      when y.regime = 'opt_out' then 'not_needed'
      else 'missing'
    end as consent,
    u.region,
    q.enabled,
    q.frequency,
    case
      when q.locked then 'locked'
      when q.enabled and q.frequency <> 'instant' then
        case when p.frequency is not null then 'own' when g.frequency is not null then 'category' else 'default' end
      else case when p.enabled is not null then 'own' when g.enabled is not null then 'category' else 'default' end
    end as source,
    a.known,
    a.usable,
    a.suppression_reason,
    a.addresses,
    f.fallback_key,
    f.step as fallback_step,
    c.dedupe_key,
    at + coalesce(t.dedupe_window, s.retention) as dedupe_expires_at,
    k.event_id as used_by_event_id,
    k.expires_at as used_until,
    c.channel = any (s.capped_channels) and not notify_hidden.is_test_type(c.type_key) as capped,
    least(s.daily_cap, o.daily_cap) as cap,
    coalesce(n.count, 0) as count,
    z.day,
    s.rolling_cap,
    coalesce(pg_catalog.cardinality(m.frees), 0) as rolling_count,
    array[at + s.rolling_window] || m.frees as rolling_frees,
    case when t.cap_excess = 'digest' and not q.has_digests then 'defer' else t.cap_excess end as cap_excess,
    z.zone,
    h.until as quiet_until,
    case when h.until = o.paused_until then 'paused' else 'quiet_hours' end as quiet_reason,
    case when q.frequency in ('daily', 'weekly') or t.cap_excess = 'digest' then
      notify_private.next_local(
        coalesce(o.digest_time, s.digest_time),
        case when q.frequency = 'weekly' then array[coalesce(o.digest_weekday, s.digest_weekday)] end,
        z.zone, at)
    end as digest_at,
    case when t.cap_excess <> 'drop' or c.released_rule is not null then
      notify_private.next_local(
        coalesce(o.digest_time, s.digest_time), null, z.zone,
        notify_private.local_instant((z.day + 1)::timestamp, z.zone, 'first') - interval '1 microsecond')
    end as defer_until,
    v.unverified,
    -- Whether there is money for what costs some.
    case when c.channel in ('sms', 'voice') and a.usable > 0 then (
      select x.refused from notify_private.quote_charge(c.recipient_id, c.channel, (a.addresses[1]).address, 1, at) as x
    ) end as spending,
    -- Until when they look at their inbox, where that matters: what is not in the inbox cannot be seen there.
    case when t.priority <> 'P0' and c.channel = any (coalesce(t.attention_channels, s.attention_channels))
      and 'in_app' = any (t.channels) and coalesce(o.hold_while_looking, true) then (
      select x.until from notify_private.attention as x where x.user_id = c.recipient_id and x.until > at
    ) end as attention_until,
    -- Whether they know it by now: asked of what is judged again, whatever it waited for.
    case when c.released_rule is null then false else coalesce((
      select coalesce(x.seen_at, x.read_at, x.clicked_at, x.archived_at, x.snoozed_until, x.deleted_at) is not null
      from notify.notifications as x where x.id = c.notification_id limit 1
    ), false) end as seen,
    -- What they did with it in their inbox meanwhile. While they look, the rule "attention" asks.
    case when c.released_rule <> 'attention' then (
      select case
        when x.deleted_at is not null and s.leave_out_deleted then 'deleted'
        when coalesce(x.read_at, x.clicked_at, x.archived_at, x.deleted_at) is not null and case c.released_rule
          when 'digest' then s.leave_out_read else t.priority <> 'P0' and c.channel = any (s.read_ends_channels) end then 'seen'
      end
      from notify.notifications as x where x.id = c.notification_id limit 1
    ) end as inbox
  from unnest(candidates) as c
  join notify.notification_types as t on t.key = c.type_key
  cross join notify.settings as s
  cross join lateral (select x.time_zone, x.region, x.email, x.email_verified_at from notify.users as x
    where x.id = c.recipient_id limit 1) as u
  cross join lateral (
    -- Once: without the offset the planner repeats an expression wherever its name is used.
    select
      coalesce(u.time_zone, 'UTC') as zone,
      (at at time zone notify_hidden.clock_zone(coalesce(u.time_zone, 'UTC')))::date as day offset 0
  ) as z
  left join lateral (
    select x.quiet_hours, x.paused_until, x.daily_cap, x.digest_time, x.digest_weekday, x.hold_while_looking
    from notify.personal_settings as x where x.user_id = c.recipient_id limit 1
  ) as o on true
  left join notify_private.no_longer_relevant(candidates) as r on r.event_id = c.event_id and r.recipient_id = c.recipient_id
  left join lateral (
    select x.granted from notify.consents as x
    where t.purpose = 'promotional' and x.user_id = c.recipient_id and (x.channel is null or x.channel = c.channel)
    order by x.id desc limit 1
  ) as w on true
  left join lateral (
    select x.regime from notify.consent_rules as x
    where t.purpose = 'promotional' and x.region in (u.region, left(u.region, 2), '*')
    order by length(x.region) desc limit 1
  ) as y on true
  left join lateral (
    select x.enabled, x.frequency from notify.preferences as x
    where x.user_id = c.recipient_id and x.type_key = c.type_key and x.channel = c.channel limit 1
  ) as p on true
  left join lateral (
    select x.enabled, x.frequency from notify.category_preferences as x
    -- The category "all" says what holds for categories they said nothing of.
    where x.user_id = c.recipient_id and x.category in (t.category, 'all') and x.channel = c.channel
    order by x.category = 'all' limit 1
  ) as g on true
  cross join lateral (
    select c.channel = any (t.locked_channels) as locked, c.channel in ('push', 'email') as has_digests
  ) as l
  cross join lateral (
    select
      l.locked, l.has_digests,
      l.locked or coalesce(p.enabled, g.enabled, c.channel = any (t.default_channels)) as enabled,
      case when l.locked or not l.has_digests and e.frequency <> 'never' then 'instant' else e.frequency end as frequency
    from (select coalesce(p.frequency, g.frequency, t.default_frequency) as frequency) as e
    offset 0
  ) as q
  -- Nothing but the mail that asks goes to a mailbox nobody has verified.
  cross join lateral (
    select
      c.channel = 'email' and s.require_verified_email and not t.to_unverified and u.email is not null
      and u.email_verified_at is null as unverified
  ) as v
  cross join lateral (
    select
      pg_catalog.count(*)::integer as known,
      (pg_catalog.count(*) filter (where x.suppression_reason is null))::integer as usable,
      min(x.suppression_reason) as suppression_reason,
      pg_catalog.array_agg(
        row(b.provider, b.device_id, b.address, x.suppression_reason, b.sender_id)::notify_private.usable_address) as addresses
    from notify_private.addresses(c.recipient_id, c.channel, t.app_key) as b
    left join lateral (
      select y.reason as suppression_reason from notify.suppressions as y
      where y.channel = c.channel and y.address = b.address and (y.expires_at is null or y.expires_at > at) limit 1
    ) as x on true
    where not v.unverified
  ) as a
  left join lateral (
    select
      e.fallback_key, e.step,
      array(select i.channel from notify.fallback_steps as x cross join unnest(x.channels) as i (channel)
        where x.fallback_key = v.fallback_key) as channels
    from (
      select coalesce(
        c.fallback_key,
        (select x.fallback_key from notify.fallback_choices as x where x.user_id = c.recipient_id and x.type_key = c.type_key limit 1),
        t.fallback_key) as fallback_key
    ) as v
    join notify.fallback_steps as e on e.fallback_key = v.fallback_key
    -- A type of one channel has nothing to fall back to.
    where pg_catalog.cardinality(t.channels) > 1 and c.channel = any (e.channels)
    order by e.step limit 1
  ) as f on true
  left join lateral (
    select x.event_id, x.expires_at from notify_private.dedupe_keys as x
    where c.dedupe_key is not null and x.recipient_id = c.recipient_id and x.dedupe_key = c.dedupe_key
      -- Whoever was told on one step of a fallback was told.
      and (x.channel = c.channel or x.channel = any (f.channels))
      and x.expires_at > at
      -- One's own key, claimed when it was held, is no obstacle.
      and x.event_id is distinct from c.event_id
    limit 1
  ) as k on true
  cross join lateral (
    select sum(x.count)::integer as count from notify_private.daily_counters as x
    where x.recipient_id = c.recipient_id and x.day = z.day and x.channel = any (s.capped_channels)
  ) as n
  cross join lateral (
    select case when s.rolling_cap is not null then array(
      select i.sent_at + s.rolling_window
      from notify_private.daily_counters as x cross join unnest(x.sent_at) as i (sent_at)
      where x.recipient_id = c.recipient_id and x.channel = any (s.capped_channels)
        and x.day >= ((at - s.rolling_window) at time zone 'UTC')::date - 1
        and i.sent_at > at - s.rolling_window
      order by 1 desc
    ) end as frees
    offset 0
  ) as m
  -- Until when this channel must not disturb this person; P0 may always.
  cross join lateral (
    select case when t.priority <> 'P0' and c.channel = any (s.quiet_channels) then greatest(
      case when o.paused_until > at then o.paused_until end,
      case when pg_catalog.cardinality(coalesce(o.quiet_hours, s.quiet_hours)) > 0
        then notify_private.quiet_until(coalesce(o.quiet_hours, s.quiet_hours), z.zone, at)
      end)
    end as until
    offset 0
  ) as h
$$;
comment on function notify_private.rule_inputs(notify_private.candidate[], timestamptz) is
  'What is known of each candidate at an instant: everything that evaluate_rules() '
  'looks at. Reads only. One row per candidate whose recipient and type exist.';
