create or replace function notify_private.record_opt_out(address text, opted_out boolean) returns boolean
language plpgsql volatile
-- Definer: the callback route may touch no table. Its grant is the check of the caller, who has checked the signature.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  changed boolean;
begin
  if record_opt_out.opted_out then
    insert into notify.suppressions as s (channel, address, reason, note)
    values ('sms', notify_private.normalize_address('sms', record_opt_out.address), 'opted_out', 'STOP from the number itself')
    on conflict (channel, address) do update set reason = excluded.reason, expires_at = null, note = excluded.note
      where s.reason <> 'opted_out' or s.expires_at is not null;
    changed := found;
  else
    -- Their word takes back their word, and nothing else: a number that is wrong stays wrong.
    perform pg_catalog.set_config('rowbell.suppression_note', 'START from the number itself', true);
    delete from notify.suppressions as s
    where s.channel = 'sms' and s.address = notify_private.normalize_address('sms', record_opt_out.address) and s.reason = 'opted_out';
    changed := found;
    perform pg_catalog.set_config('rowbell.suppression_note', '', true);
  end if;
  return changed;
end
$$;
comment on function notify_private.record_opt_out(text, boolean) is
  'Somebody answered STOP, or START, to a text: their number goes on the suppression '
  'list with that reason, or off it again. Returns whether that changed anything.';
grant execute on function notify_private.record_opt_out(text, boolean) to rowbell_http;
