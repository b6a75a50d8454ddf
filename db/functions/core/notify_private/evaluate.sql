create or replace function notify_private.evaluate(candidates notify_private.candidate[], at timestamptz)
returns setof notify_private.verdict
language sql stable set search_path = ''
as $$
  with candidate as (
    select
      c.event_id, c.recipient_id, c.channel, c.dedupe_key,
      t.key as type_key, t.enabled, t.priority, t.default_channels,
      at + coalesce(t.dedupe_window, s.retention) as dedupe_expires_at,
      s.daily_cap, c.channel = any (s.capped_channels) as capped,
      (at at time zone coalesce(u.time_zone, 'UTC'))::date as day
    from unnest(candidates) as c
    join notify.notification_types as t on t.key = c.type_key
    join notify.users as u on u.id = c.recipient_id
    cross join notify.settings as s
  ),
  -- The rules that look at one candidate alone, first match wins. Consent and frequency, then quiet hours and digest
  -- find their place by the order of docs/rules.md.
  judged as (
    select
      c.*,
      case
        when not c.enabled then 'type'
        when not coalesce(p.enabled, c.channel = any (c.default_channels)) then 'preference'
        when a.known = 0 then 'address'
        when a.usable = 0 then 'suppression_list'
      end as rule,
      p.enabled as preferred, a.known, a.suppression_reason
    from candidate as c
    left join notify.preferences as p
      on p.user_id = c.recipient_id and p.type_key = c.type_key and p.channel = c.channel
    cross join lateral (
      select
        count(*) as known,
        count(*) filter (where x.id is null) as usable,
        min(x.reason) as suppression_reason
      from notify_private.addresses(c.recipient_id, c.channel) as b
      left join notify.suppressions as x
        on x.channel = c.channel and x.address = b.address and (x.expires_at is null or x.expires_at > at)
    ) as a
  ),
  keyed as (
    select
      j.*,
      k.event_id as used_by_event_id, k.expires_at as used_until,
      j.capped and j.priority <> 'P0' as cappable, coalesce(n.count, 0) as before
    from judged as j
    left join notify_private.dedupe_keys as k
      on k.recipient_id = j.recipient_id and k.dedupe_key = j.dedupe_key and k.channel = j.channel and k.expires_at > at
    left join notify_private.daily_counters as n
      on n.recipient_id = j.recipient_id and n.day = j.day and n.channel = j.channel
    where j.rule is null
  ),
  -- Among the events of one call the answer is what planning them one by one, oldest first, would give. A key is used
  -- up by the first event that is really sent, and the cap is reached by what is really sent, so each seems to need the
  -- other first. It does not: as long as the day has room nothing is held back by the cap, so the first event of each
  -- key is the one that counts; once it is full it stays full, and only P0 still goes out.
  fresh as (
    select
      k.*,
      k.dedupe_key is null
        or k.event_id = first_value(k.event_id) over (partition by k.recipient_id, k.channel, k.dedupe_key order by k.event_id)
        as leads
    from keyed as k where k.used_by_event_id is null
  ),
  placed as (
    select
      f.*,
      f.cappable and f.before + count(*) filter (where f.leads) over (
        partition by f.recipient_id, f.channel order by f.event_id rows between unbounded preceding and 1 preceding
      ) >= f.daily_cap as is_full
    from fresh as f
  ),
  paired as (
    select
      p.*,
      first_value(p.event_id) over of_key as sent_event_id,
      first_value(p.is_full) over of_key as none_sent,
      first_value(p.dedupe_expires_at) over of_key as sent_until
    from placed as p
    window of_key as (partition by p.recipient_id, p.channel, p.dedupe_key order by p.is_full, p.event_id)
  ),
  settled as (
    select
      p.*,
      p.dedupe_key is not null and not p.none_sent and p.event_id > p.sent_event_id as is_duplicate
    from paired as p
  ),
  counted as (
    select
      s.*,
      s.before + count(*) filter (where not s.is_duplicate and not s.is_full) over (
        partition by s.recipient_id, s.channel order by s.event_id rows between unbounded preceding and 1 preceding
      ) as count
    from settled as s
  )
  select
    j.event_id, j.recipient_id, j.channel, 'suppress', j.rule,
    case j.rule
      when 'type' then 'type_disabled'
      when 'preference' then case when j.preferred is null then 'off_by_default' else 'turned_off' end
      when 'address' then 'no_address'
      else j.suppression_reason
    end,
    case j.rule
      when 'preference' then jsonb_build_object('own', j.preferred, 'default_channels', j.default_channels)
      when 'suppression_list' then jsonb_build_object('addresses', j.known)
    end,
    j.dedupe_key, null::timestamptz, j.day
  from judged as j where j.rule is not null
  union all
  select
    d.event_id, d.recipient_id, d.channel, 'suppress', 'dedupe', 'already_sent',
    jsonb_build_object('key', d.dedupe_key, 'first_event_id', d.first_event_id, 'until', d.until),
    d.dedupe_key, null, d.day
  from (
    select event_id, recipient_id, channel, dedupe_key, day, used_by_event_id as first_event_id, used_until as until
    from keyed where used_by_event_id is not null
    union all
    select event_id, recipient_id, channel, dedupe_key, day, sent_event_id, sent_until
    from counted where is_duplicate
  ) as d
  union all
  select
    c.event_id, c.recipient_id, c.channel,
    case when c.is_full then 'suppress' else 'send' end,
    case when c.is_full then 'daily_cap' end,
    case when c.is_full then 'cap_reached' end,
    case when c.is_full then jsonb_build_object('cap', c.daily_cap, 'count', c.count, 'day', c.day) end,
    c.dedupe_key, c.dedupe_expires_at, c.day
  from counted as c where not c.is_duplicate
$$;
comment on function notify_private.evaluate(notify_private.candidate[], timestamptz) is
  'The rules: what becomes of each candidate at an instant. Reads only; plan() calls it under the recipients'' locks and applies the answer, explaining calls it without. Exactly one verdict per candidate whose recipient and type exist. Order: type, preference, address, suppression list, dedupe, daily cap.';
