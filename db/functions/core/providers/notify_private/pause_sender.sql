create or replace function notify_private.pause_sender(sender_id smallint, reason text) returns timestamptz
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  update notify.senders as s
  set
    pauses = s.pauses + 1,
    paused_at = clock_timestamp(),
    -- What was on its way when an operator paused it does not make the pause shorter.
    (pause_reason, paused_until) = (
      select
        case when o.is_by_operator then s.pause_reason else pause_sender.reason end,
        case when o.is_by_operator then s.paused_until else clock_timestamp() + notify_private.pause_duration(s.pauses) end
      from (select notify_private.is_paused_by_operator(s) as is_by_operator) as o
    )
  where s.id = pause_sender.sender_id
  returning s.paused_until
$$;
comment on function notify_private.pause_sender(smallint, text) is
  'Stops claiming for a sender, longer each time; returns until when.';
