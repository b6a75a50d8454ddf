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
  -- A key is used up by what an earlier event sent, or by an earlier event of this very call.
  deduped as (
    select
      j.*,
      k.event_id as first_event_id, k.expires_at as key_expires_at,
      j.dedupe_key is not null and (
        k.event_id is not null
        or j.event_id <> first_value(j.event_id) over (partition by j.recipient_id, j.channel, j.dedupe_key order by j.event_id)
      ) as duplicate
    from judged as j
    left join notify_private.dedupe_keys as k
      on k.recipient_id = j.recipient_id and k.dedupe_key = j.dedupe_key and k.channel = j.channel and k.expires_at > at
    where j.rule is null
  ),
  -- Counts what was sent today plus what of this call comes before it.
  counted as (
    select
      d.*,
      coalesce(n.count, 0) + row_number() over (partition by d.recipient_id, d.channel, d.day order by d.event_id) - 1 as count
    from deduped as d
    left join notify_private.daily_counters as n
      on n.recipient_id = d.recipient_id and n.day = d.day and n.channel = d.channel
    where not d.duplicate
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
    jsonb_build_object('key', d.dedupe_key, 'first_event_id', d.first_event_id, 'until', d.key_expires_at),
    d.dedupe_key, null, d.day
  from deduped as d where d.duplicate
  union all
  select
    c.event_id, c.recipient_id, c.channel,
    case when held.back then 'suppress' else 'send' end,
    case when held.back then 'daily_cap' end,
    case when held.back then 'cap_reached' end,
    case when held.back then jsonb_build_object('cap', c.daily_cap, 'count', c.count, 'day', c.day) end,
    c.dedupe_key, c.dedupe_expires_at, c.day
  from counted as c
  cross join lateral (select c.capped and c.priority <> 'P0' and c.count >= c.daily_cap as back) as held
$$;
comment on function notify_private.evaluate(notify_private.candidate[], timestamptz) is
  'The rules: what becomes of each candidate at an instant. Reads only; plan() calls it under the recipients'' locks and applies the answer, explaining calls it without. Exactly one verdict per candidate whose recipient and type exist. Order: type, preference, address, suppression list, dedupe, daily cap.';
