create or replace function notify_private.advance_fallbacks(notification_ids uuid[], at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  waiting record;
  won boolean := false;
begin
  for waiting in
    select
      h.event_id, h.recipient_id, h.channel, h.due_at, n.expires_at,
      case
        when earlier.decision = 'none' then 'begin'
        when earlier.reached or earlier.decision = 'reached' then 'won'
        when earlier.decision in ('hold', 'digest') then 'wait'
        when not earlier.pending then 'begin'
        else 'wait'
      end as fate,
      -- From when a provider took it. While it is being tried again the wait has not begun: until expiry, at most.
      case when earlier.decision = 'send' then earlier.taken_at + earlier.wait end as until
    from unnest(advance_fallbacks.notification_ids) as i (id)
    cross join lateral (select * from notify.notifications as x where x.id = i.id limit 1) as n
    join notify.holds as h
      on h.event_id = n.event_id and h.recipient_id = n.recipient_id and h.released_at is null and h.rule = 'fallback'
    -- The last step before it that had anybody to go to, and how that stands.
    left join lateral (
      select
        s.wait,
        case
          when pg_catalog.bool_or(d.outcome = 'suppress' and d.rule = 'fallback') then 'reached'
          -- What was seen in the inbox instead was told as well.
          when pg_catalog.bool_or(d.outcome in ('send', 'suppress')) then 'send'
          else max(d.outcome)
        end as decision,
        max(q.taken_at) as taken_at,
        coalesce(pg_catalog.bool_or(q.reached), false) as reached,
        coalesce(pg_catalog.bool_or(q.pending), false) as pending
      from notify.fallback_steps as s
      join notify.decisions as d
        on d.event_id = h.event_id and d.recipient_id = h.recipient_id and d.channel = any (s.channels)
        and (d.outcome <> 'suppress' or d.rule in ('fallback', 'inbox', 'attention'))
      left join lateral (
        select
          pg_catalog.bool_or(case s.until_status
            -- Whoever read it in their inbox has it, wherever the message is.
            when 'sent' then v.status in ('sent', 'delivered') or coalesce(n.read_at, n.clicked_at) is not null
            when 'delivered' then v.status = 'delivered' or coalesce(n.read_at, n.clicked_at) is not null
            when 'seen' then v.was_seen or coalesce(n.seen_at, n.read_at, n.clicked_at) is not null
            when 'read' then coalesce(n.read_at, n.clicked_at) is not null
            when 'clicked' then n.clicked_at is not null
          end) as reached,
          pg_catalog.bool_or(v.finished_at is null or v.status = 'delivered') as pending,
          coalesce(min(v.sent_at), case when pg_catalog.bool_and(v.attempt = 0) then d.decided_at end) as taken_at
        from (
          select x.status, x.finished_at, false as was_seen, x.sent_at, x.attempt from notify.deliveries as x
          where d.outcome = 'send' and x.notification_id = n.id and x.channel = d.channel
          union all
          select 'delivered', null, true, d.decided_at, 0 where d.outcome = 'suppress' and d.rule in ('inbox', 'attention')
        ) as v
      ) as q on d.outcome in ('send', 'suppress')
      where s.fallback_key = h.inputs ->> 'fallback' and s.step < (h.inputs ->> 'step')::integer
      group by s.step, s.wait
      order by s.step desc limit 1
    ) as found on true
    cross join lateral (
      select coalesce(found.decision, 'none') as decision, found.wait, found.taken_at, found.reached, found.pending
    ) as earlier
    order by h.event_id, h.recipient_id, h.channel
  loop
    if waiting.fate = 'won' then
      won := true;
      update notify.holds as h set released_at = at, outcome = 'suppress'
      where h.event_id = waiting.event_id and h.recipient_id = waiting.recipient_id and h.channel = waiting.channel
        and h.released_at is null;
      -- Whoever ended the stay first decides; the other finds nothing open.
      if found then
        update notify.decisions as d
        set outcome = 'suppress', reason = 'not_needed', held_until = null, notification_id = null, decided_at = at
        where d.event_id = waiting.event_id and d.recipient_id = waiting.recipient_id and d.channel = waiting.channel;
      end if;
    else
      update notify.holds as h
      set due_at = least(case waiting.fate when 'begin' then at else waiting.until end, waiting.expires_at)
      where h.event_id = waiting.event_id and h.recipient_id = waiting.recipient_id and h.channel = waiting.channel
        and h.released_at is null
        and h.due_at is distinct from least(case waiting.fate when 'begin' then at else waiting.until end, waiting.expires_at);
      if found then
        update notify.decisions as d
        set held_until = least(case waiting.fate when 'begin' then at else waiting.until end, waiting.expires_at)
        where d.event_id = waiting.event_id and d.recipient_id = waiting.recipient_id and d.channel = waiting.channel;
      end if;
    end if;
  end loop;
  if won then
    -- The steps after those see now that these are not needed.
    perform notify_private.advance_fallbacks(notification_ids, at);
  end if;
end
$$;
comment on function notify_private.advance_fallbacks(uuid[], timestamptz) is
  'Looks at the fallback steps that wait on these notifications: ends them where the step before '
  'has come where it should, makes them due where it has failed or had nobody, and otherwise says '
  'how long they wait. Called by whoever changes a delivery that is awaited, which is locked then.';
