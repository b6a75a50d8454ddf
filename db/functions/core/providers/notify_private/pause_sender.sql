create or replace function notify_private.pause_sender(sender_id smallint, reason text) returns timestamptz
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  update notify.senders as s
  set
    -- A probe's pause is no longer than 5 s. Where more is left, it was said meanwhile by others, of what went out before.
    pauses = s.pauses + coalesce(s.paused_until <= clock_timestamp() + interval '5 seconds', true)::integer,
    paused_at = case when s.paused_until > clock_timestamp() + interval '5 seconds' then s.paused_at else clock_timestamp() end,
    -- What was on its way when an operator paused it does not make the pause shorter.
    (pause_reason, paused_until) = (
      select
        case when o.is_by_operator then s.pause_reason else pause_sender.reason end,
        case when o.is_by_operator or s.paused_until > clock_timestamp() + interval '5 seconds' then s.paused_until
          else clock_timestamp() + notify_private.pause_duration(s.pauses) end
      from (select notify_private.is_paused_by_operator(s) as is_by_operator) as o
    )
  where s.id = pause_sender.sender_id
  returning s.paused_until
$$;
comment on function notify_private.pause_sender(smallint, text) is
  'Stops claiming for a sender, longer each time; returns until when.';
