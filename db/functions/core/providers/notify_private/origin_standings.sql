create or replace function notify_private.origin_standings(sender notify.senders, answers notify_private.answer[],
  sent_at timestamptz, at timestamptz)
returns setof notify_private.standing
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  select
    c.origin as origin,
    c.accepted > 0 as is_accepted,
    c.proves_access as proves_access,
    k.known_at as known_at,
    -- Once most are in doubt, a few acceptances do not condemn the rest, in whatever chunks they come.
    e.people_against > e.people_for as is_most_in_doubt,
    case
      -- A sender to many origins is never paused itself.
      when c.accepted > 0 or c.doubtful = 0 or c.origin = '' and (sender).provider in ('web_push', 'webhook') then null
      when d.people >= case
        when not c.is_before_recipient then case when k.known_at > at - interval '10 minutes' then 10 else 3 end
        -- It costs nothing where another can carry the messages meanwhile.
        when k.known_at > at - interval '10 minutes' and coalesce(notify_private.next_sender_at(sender, at) > at, true) then 3
        else 1
      end then coalesce(c.complaint, 'suspect_rejections')
    end as complaint,
    null::timestamptz as resume_at
  from (
    select a.origin,
      count(distinct a.user_id) filter (where a.outcome = 'accepted') as accepted,
      count(distinct a.user_id) filter (where a.is_doubtful) as doubtful,
      bool_or(a.proves_access) as proves_access,
      bool_or(a.outcome = 'misconfigured' and not a.is_suspect or a.outcome = 'origin' and a.origin = '') as is_before_recipient,
      min(a.reason) filter (where a.outcome in ('misconfigured', 'origin')) as complaint
    from unnest(answers) as a
    group by a.origin
  ) as c
  left join notify.provider_origins as o on o.sender_id = (sender).id and o.origin = c.origin
  cross join lateral (
    select greatest(case when c.origin = '' then (sender).accepted_at else o.accepted_at end,
      case when c.accepted > 0 then sent_at end) as known_at
  ) as h
  cross join lateral (
    select case when h.known_at >= coalesce((sender).credentials_changed_at, '-infinity') then h.known_at end as known_at
  ) as k
  cross join lateral (
    select count(distinct s.user_id) as people
    from notify_private.suspects as s
    where c.doubtful > 0 and s.sender_id = (sender).id and s.origin = c.origin
      and s.said_at > greatest(k.known_at, at - interval '1 day')
  ) as d
  left join lateral notify_private.weigh_evidence(sender, c.origin, at) as e on c.doubtful > 0
  -- Rows are taken in one order by all.
  order by c.origin
$$;
comment on function notify_private.origin_standings(notify.senders, notify_private.answer[], timestamptz, timestamptz) is
  'How a sender and its origins stand after a chunk: whether they let us in, since when they are known to, and whether '
  'so many people are in doubt without an acceptance that it must be about us. docs/decisions/0007 has the figures.';
