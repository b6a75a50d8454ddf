create or replace function notify_private.pause_sender(sender_id smallint, reason text) returns timestamptz
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  update notify.senders as s
  set
    pauses = s.pauses + 1,
    pause_reason = pause_sender.reason,
    paused_until = clock_timestamp() + notify_private.pause_duration(s.pauses)
  where s.id = pause_sender.sender_id
  returning s.paused_until
$$;
comment on function notify_private.pause_sender(smallint, text) is
  'Stops claiming for a sender, longer each time; returns until when.';
