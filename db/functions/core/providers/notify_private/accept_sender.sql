create or replace function notify_private.accept_sender(sender_id smallint, proved_at timestamptz, at_once boolean, is_slow boolean)
returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  update notify.senders as s
  set
    accepted_at = greatest(s.accepted_at, proved_at),
    (pauses, paused_until, pause_reason) = (
      select
        case when k.stays then s.pauses else 0 end,
        case when k.stays then s.paused_until end,
        case when k.stays then s.pause_reason end
      -- What was on its way when an operator paused it proves nothing against that, nor what was taken slowly against slowness.
      from (select notify_private.is_paused_by_operator(s) or is_slow and coalesce(s.pause_reason = 'slow', false) as stays) as k
    )
  where s.id = accept_sender.sender_id
    and (s.paused_until is not null or proved_at is not null
      and (at_once or coalesce(s.accepted_at < clock_timestamp() - interval '5 seconds', true)))
$$;
comment on function notify_private.accept_sender(smallint, timestamptz, boolean, boolean) is
  'Notes that a provider let a sender in, which ends its pause, unless it did so slowly and the pause is for that; proved_at: when it '
  'was given what it took, with the credentials that we have now. Written every few seconds unless it matters at once: all workers '
  'write this row.';
