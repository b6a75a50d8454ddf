create or replace function notify.suppress_address(
  channel text, address text, reason text default 'operator', expires_at timestamptz default null
) returns notify.suppressions
language plpgsql volatile
-- Definer: the list is written by the engine and by these two functions alone. Its grant is the check of the caller.
security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  wrong constant text := case
    when coalesce(suppress_address.channel, '') not in ('push', 'email', 'sms', 'voice', 'webhook') then 'channel: must be push, email, sms, voice or webhook'
    when coalesce(length(suppress_address.address), 0) not between 1 and 2000 then 'address: must have 1 to 2000 characters'
    when coalesce(suppress_address.reason, '') not in ('hard_bounce', 'complaint', 'opted_out', 'invalid_address', 'operator')
      then 'reason: must be hard_bounce, complaint, opted_out, invalid_address or operator'
    when suppress_address.expires_at <= pg_catalog.now() then 'expires_at: must lie in the future'
  end;
  suppression notify.suppressions;
begin
  if wrong is not null then
    raise exception '%', wrong using errcode = 'RBINV';
  end if;
  insert into notify.suppressions (channel, address, reason, expires_at)
  values (
    suppress_address.channel,
    case suppress_address.channel when 'email' then lower(suppress_address.address) else suppress_address.address end,
    suppress_address.reason, suppress_address.expires_at)
  on conflict (channel, address) do update set reason = excluded.reason, expires_at = excluded.expires_at
  returning * into suppression;
  return suppression;
end
$$;
comment on function notify.suppress_address(text, text, text, timestamptz) is
  'For operators: puts an address on the suppression list, for ever or until an instant; what is planned from now on is not sent there.';
grant execute on function notify.suppress_address(text, text, text, timestamptz) to rowbell_operator;
