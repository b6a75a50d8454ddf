create or replace function notify_private.evaluate_rules(inputs notify_private.rule_inputs[])
returns setof notify_private.verdict
language sql stable
-- Without settings of its own, so that it is inlined where its verdicts are gathered.
as $$
  -- The rules that look at one candidate alone, first match wins.
  with input as (
    select
      f.*,
      case
        when not f.type_enabled then 'type'
        when f.expires_at <= f.at then 'expiry'
        when not f.relevant then 'still_relevant'
        when f.consent in ('missing', 'withdrawn') then 'consent'
        when not f.enabled or f.frequency = 'never' then 'preference'
        when f.inbox is not null then 'inbox'
        when f.known = 0 then 'address'
        when f.usable = 0 then 'suppression_list'
        when f.fallback_step > 1 and f.released_rule is distinct from 'fallback' then 'fallback'
        -- Once: whoever has not seen it by the end of this wait is told, looking or not. P0 never waits, nor what is gathered.
        when f.priority <> 'P0' and case f.released_rule
          when 'attention' then f.seen else f.frequency = 'instant' and f.attention_until > f.at end then 'attention'
        when k.used_by is not null then 'dedupe'
        -- What waits is asked when its wait is over.
        when f.spending is not null and f.quiet_until is null then 'spending_cap'
      end as rule,
      f.frequency in ('daily', 'weekly', 'held') as gathers,
      f.quiet_until is not null as waits,
      -- What the cap may hold back; P0 and what goes into a digest it may not.
      f.capped and f.priority <> 'P0' and f.frequency = 'instant' as cappable,
      least(f.cap - f.count, f.rolling_cap - f.rolling_count) as room,
      -- There was room when it came: nothing is dropped for having waited since.
      case when f.cap_excess = 'drop' and f.released_rule in ('quiet_hours', 'daily_cap', 'rolling_cap') then 'defer' else f.cap_excess
        end as excess,
      k.used_by
    from pg_catalog.unnest(inputs) with ordinality as f
    -- Whoever claimed the key and is judged again before it in this call says below whether it keeps it. What claims nothing while it
    -- waits is alone in meeting such a one.
    cross join lateral (
      select case when f.released_rule in ('attention', 'fallback') and f.used_by_event_id < f.event_id and exists (
        select from pg_catalog.unnest(inputs) as x
        where x.event_id = f.used_by_event_id and x.recipient_id = f.recipient_id and x.channel = f.channel
      ) then null else f.used_by_event_id end as used_by
    ) as k
  ),
  -- Among the events of one call the answer is what judging them one by one, oldest first, would give. A key is used up by
  -- the first event that is told, and the cap is reached by what is really sent, so each seems to need the other first. It
  -- does not: as long as there is room nothing is held back by the cap, so the first event of each key is the one that
  -- counts; once it is full it stays full, and only P0 still goes out.
  -- Only people with several candidates need it, and only these columns: sorting all of every input four times was a
  -- fifth of all that planning a broadcast cost.
  -- What was seen in the inbox is told as far as its key is concerned, and counts for nothing else.
  contested as (
    select
      f.ordinality, f.recipient_id, f.event_id, f.channel, f.place, f.dedupe_key, f.dedupe_expires_at,
      f.capped and f.rule is null as capped, f.cappable and f.rule is null as cappable, f.excess, f.gathers, f.waits, f.room,
      f.capped and f.rule is null and not f.gathers and not f.waits and (
        f.dedupe_key is null
        or f.event_id = pg_catalog.first_value(f.event_id) over (partition by f.recipient_id, f.channel, f.dedupe_key order by f.event_id)
      ) as counts
    from input as f
    where (f.rule is null or f.rule = 'inbox' and f.used_by is null or f.rule = 'attention' and f.released_rule = 'attention')
      and f.recipient_id in (
        select x.recipient_id from input as x
        where x.rule is null or x.rule = 'inbox' and x.used_by is null or x.rule = 'attention' and x.released_rule = 'attention'
        group by x.recipient_id having pg_catalog.count(*) > 1
      )
  ),
  placed as (
    select
      c.*,
      c.cappable and pg_catalog.count(*) filter (where c.counts) over (
        partition by c.recipient_id order by c.event_id, c.place rows between unbounded preceding and 1 preceding
      ) >= c.room as is_full
    from contested as c
  ),
  paired as (
    select
      p.*,
      -- The first of a key that is told or waits to be; what the cap drops leaves the key to the next.
      pg_catalog.first_value(p.event_id) over of_key as told_event_id,
      pg_catalog.first_value(p.is_full and p.excess = 'drop') over of_key as none_told,
      pg_catalog.first_value(p.dedupe_expires_at) over of_key as told_until
    from placed as p
    window of_key as (partition by p.recipient_id, p.channel, p.dedupe_key order by p.is_full and p.excess = 'drop', p.event_id)
  ),
  settled as (
    select p.*, p.dedupe_key is not null and not p.none_told and p.event_id > p.told_event_id as is_duplicate
    from paired as p
  ),
  sequenced as (
    select
      s.*,
      pg_catalog.count(*) filter (where s.capped and not (s.gathers or s.waits or s.is_full or s.is_duplicate)) over (
        partition by s.recipient_id order by s.event_id, s.place rows between unbounded preceding and 1 preceding
      )::integer as before
    from settled as s
  ),
  counted as (
    select
      f.*, s.told_event_id, s.told_until, coalesce(s.before, 0) as before,
      coalesce(s.is_duplicate, false) as is_duplicate,
      coalesce(s.is_full, f.cappable and f.room <= 0) as is_full
    from input as f left join sequenced as s on s.ordinality = f.ordinality
  ),
  ruled as (
    select
      c.*,
      -- What this call has sent leaves the window last.
      c.rolling_frees[greatest(c.rolling_cap - c.before, 0) + 1] as free_at,
      case
        when c.rule is not null then c.rule
        when c.is_duplicate then 'dedupe'
        when c.is_full and c.count + c.before >= c.cap then 'daily_cap'
        when c.is_full then 'rolling_cap'
        when c.waits and not c.gathers then 'quiet_hours'
        when c.gathers then 'digest'
      end as final_rule
    from counted as c
  ),
  decided as (
    select
      r.*,
      case
        when r.final_rule is null then 'send'
        when r.final_rule in ('fallback', 'quiet_hours') then 'hold'
        when r.final_rule = 'attention' and r.released_rule is distinct from 'attention' then 'hold'
        when r.final_rule = 'digest' then 'digest'
        when r.final_rule in ('daily_cap', 'rolling_cap') then
          case r.excess when 'defer' then 'hold' when 'digest' then 'digest' else 'suppress' end
        else 'suppress'
      end as outcome,
      case r.final_rule
        when 'type' then 'type_disabled'
        when 'expiry' then 'expired'
        when 'still_relevant' then 'not_relevant'
        when 'consent' then case r.consent when 'missing' then 'no_consent' else 'consent_withdrawn' end
        when 'preference' then
          case when r.enabled then 'never' when r.source = 'default' then 'off_by_default' else 'turned_off' end
        when 'inbox' then r.inbox
        when 'address' then case when r.unverified then 'unverified' else 'no_address' end
        when 'suppression_list' then r.suppression_reason
        when 'fallback' then 'earlier_step'
        when 'attention' then case when r.released_rule = 'attention' then 'seen' else 'looking' end
        when 'dedupe' then 'already_sent'
        when 'spending_cap' then r.spending
        when 'daily_cap' then 'cap_reached'
        when 'rolling_cap' then 'cap_reached'
        when 'quiet_hours' then r.quiet_reason
        when 'digest' then r.frequency
      end as reason,
      case r.final_rule
        when 'daily_cap' then case when r.excess = 'digest' then r.digest_at else r.defer_until end
        when 'rolling_cap' then case when r.excess = 'digest' then r.digest_at else r.free_at end
        when 'quiet_hours' then r.quiet_until
        when 'digest' then r.digest_at
        when 'fallback' then 'infinity'
        when 'attention' then r.at + interval '20 seconds'
      end as wanted_until
    from ruled as r
  )
  select
    s.notification_id,
    s.event_id,
    s.recipient_id,
    s.channel,
    s.released_rule,
    s.outcome,
    s.final_rule as rule,
    s.reason,
    case s.final_rule
      when 'expiry' then pg_catalog.jsonb_build_object('expires_at', s.expires_at)
      when 'consent' then pg_catalog.jsonb_build_object('region', s.region)
      when 'preference' then pg_catalog.jsonb_build_object('source', s.source, 'enabled', s.enabled, 'frequency', s.frequency)
      when 'suppression_list' then pg_catalog.jsonb_build_object('addresses', s.known)
      when 'fallback' then pg_catalog.jsonb_build_object('fallback', s.fallback_key, 'step', s.fallback_step)
      when 'attention' then pg_catalog.jsonb_build_object('attention_until', s.attention_until, 'seen', s.seen)
      when 'dedupe' then pg_catalog.jsonb_build_object(
        'key', s.dedupe_key,
        'first_event_id', coalesce(s.used_by, s.told_event_id),
        'until', case when s.used_by is not null then s.used_until else s.told_until end)
      when 'daily_cap' then pg_catalog.jsonb_build_object('cap', s.cap, 'count', s.count + s.before, 'day', s.day)
      when 'rolling_cap' then pg_catalog.jsonb_build_object('cap', s.rolling_cap, 'count', s.rolling_count + s.before, 'free_at', s.free_at)
      when 'quiet_hours' then pg_catalog.jsonb_build_object('zone', s.zone, 'until', s.quiet_until)
      when 'digest' then pg_catalog.jsonb_build_object('source', s.source, 'zone', s.zone)
    end as inputs,
    -- Nothing waits longer than it could still be delivered; then it is judged to have expired. Digests have no end of
    -- their own before their hour.
    case s.outcome when 'hold' then least(s.wanted_until, s.expires_at) when 'digest' then s.wanted_until end as held_until,
    -- What the cap folds into a digest goes into the daily one.
    case when s.outcome = 'digest' then case s.final_rule when 'digest' then s.frequency else 'daily' end end as frequency,
    -- What was looked at, without what is so for nearly everyone: docs/rules.md names the keys.
    json_object(
      'released': s.released_rule,
      'priority': s.priority,
      'expires_at': s.expires_at,
      'relevant': nullif(s.relevant, true),
      'consent': nullif(s.consent, 'not_needed'),
      'region': case when s.consent <> 'not_needed' then s.region end,
      'enabled': s.enabled,
      'frequency': nullif(s.frequency, 'instant'),
      'source': s.source,
      'inbox': s.inbox,
      'known': s.known,
      'unverified': nullif(s.unverified, false),
      'usable': nullif(s.usable, s.known),
      'suppression': s.suppression_reason,
      'fallback': s.fallback_key,
      'step': s.fallback_step,
      'attention_until': s.attention_until,
      'seen': nullif(s.seen, false),
      'key': s.dedupe_key,
      'used_by': case when s.final_rule = 'dedupe' then coalesce(s.used_by, s.told_event_id) end,
      'spending': s.spending,
      'capped': nullif(s.capped, false),
      'cap': case when s.capped then s.cap end,
      'count': case when s.capped then s.count + s.before end,
      'day': s.day,
      'rolling_cap': case when s.capped then s.rolling_cap end,
      'rolling_count': case when s.capped and s.rolling_cap is not null then s.rolling_count + s.before end,
      'rolling_window': case when s.capped and s.rolling_cap is not null then s.rolling_frees[1] - s.at end,
      'excess': nullif(s.cap_excess, 'drop'),
      'zone': s.zone,
      'quiet_until': s.quiet_until,
      'digest_at': s.digest_at
      absent on null returning pg_catalog.jsonb) as rule_inputs,
    s.dedupe_key,
    s.dedupe_expires_at,
    -- A fallback's later step may never be needed, and what waits because they look may have been seen: these claim it when they go out.
    s.dedupe_key is not null and case s.outcome
      when 'suppress' then coalesce(s.final_rule in ('inbox', 'attention') and s.used_by is null and not s.is_duplicate, false)
      else coalesce(s.final_rule not in ('fallback', 'attention'), true)
    end as claims_key,
    s.day,
    case when s.outcome = 'send' then s.addresses end as addresses,
    s.fallback_key,
    s.fallback_step
  from decided as s
$$;
comment on function notify_private.evaluate_rules(notify_private.rule_inputs[]) is
  'The rules: what becomes of each candidate, from what is known of it. Reads no table. Exactly one verdict per '
  'candidate; candidates of one person must share their instant. Order: type, expiry, still relevant, consent, '
  'preference, inbox, address, suppression list, fallback, attention, dedupe, spending cap, daily cap, rolling cap, quiet hours, digest.';
