create or replace function notify_private.accept_sender(sender_id smallint, proved_at timestamptz, at_once boolean) returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  update notify.senders as s
  set
    accepted_at = greatest(s.accepted_at, proved_at),
    pauses = 0,
    -- What was on its way when an operator paused it proves nothing against that.
    paused_until = case when notify_private.is_paused_by_operator(s) then s.paused_until end,
    pause_reason = case when notify_private.is_paused_by_operator(s) then s.pause_reason end
  where s.id = accept_sender.sender_id
    and (s.paused_until is not null or proved_at is not null
      and (at_once or coalesce(s.accepted_at < clock_timestamp() - interval '5 seconds', true)))
$$;
comment on function notify_private.accept_sender(smallint, timestamptz, boolean) is
  'Notes that a provider let a sender in, which ends its pause; proved_at: when it was given what it took, with the '
  'credentials that we have now. Written every few seconds unless it matters at once: all workers write this row.';
