create or replace function notify.suppress_address(
  channel text, address text, reason text default 'operator', expires_at timestamptz default null, note text default null
) returns notify.suppressions
language plpgsql volatile
-- Definer: the list is written by the engine and by these two functions alone. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  wrong constant text[] := case
    when coalesce(suppress_address.channel, '') not in ('push', 'email', 'sms', 'voice', 'webhook')
      then array['channel', 'must be push, email, sms, voice or webhook']
    when coalesce(length(suppress_address.address), 0) not between 1 and 2000 then array['address', 'must have 1 to 2000 characters']
    when suppress_address.channel = 'email'
        and not notify_hidden.is_mailbox(notify_private.normalize_address('email', suppress_address.address))
      then array['address', 'must be a mailbox such as ada@example.com']
    when coalesce(suppress_address.reason, '') not in ('hard_bounce', 'complaint', 'opted_out', 'invalid_address', 'operator')
      then array['reason', 'must be hard_bounce, complaint, opted_out, invalid_address or operator']
    when suppress_address.expires_at <= pg_catalog.now() then array['expires_at', 'must lie in the future']
    when length(suppress_address.note) not between 1 and 500 then array['note', 'must have 1 to 500 characters']
  end;
  suppression notify.suppressions;
begin
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
  insert into notify.suppressions (channel, address, reason, expires_at, note)
  values (
    suppress_address.channel, notify_private.normalize_address(suppress_address.channel, suppress_address.address),
    suppress_address.reason, suppress_address.expires_at, suppress_address.note)
  on conflict (channel, address) do update set reason = excluded.reason, expires_at = excluded.expires_at, note = excluded.note
  returning * into suppression;
  perform notify_hidden.note_operator_action('suppress_address', suppression.id::text, suppress_address.note,
    pg_catalog.jsonb_build_object('channel', suppression.channel, 'reason', suppression.reason));
  return suppression;
end
$$;
comment on function notify.suppress_address(text, text, text, timestamptz, text) is $$
@values reason SuppressionReason
For operators: puts an address on the suppression list, for ever or until an instant; what is planned from now on is not
sent there. suppression_changes keeps who, when and why (note).
$$;
grant execute on function notify.suppress_address(text, text, text, timestamptz, text) to rowbell_operator;
