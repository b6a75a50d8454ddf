create or replace function notify.unsuppress_address(channel text, address text, note text) returns boolean
language plpgsql volatile
-- Definer: the list is written by the engine and by these two functions alone. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  removed uuid;
  forgotten boolean;
begin
  if coalesce(length(pg_catalog.btrim(unsuppress_address.note)), 0) not between 10 and 500 then
    raise exception 'note: say in 10 to 500 characters why this address may be used again' using errcode = 'RBINV', column = 'note';
  end if;
  -- The trigger that keeps the record reads it; nothing else may follow in this transaction under the same note.
  perform pg_catalog.set_config('rowbell.suppression_note', unsuppress_address.note, true);
  -- Also where it is kept of somebody erased.
  delete from notify_private.suppression_digests as d
  where d.channel = unsuppress_address.channel
    and d.digest = notify_private.address_digest(unsuppress_address.channel,
      notify_private.normalize_address(unsuppress_address.channel, unsuppress_address.address));
  forgotten := found;
  delete from notify.suppressions as s
  where s.channel = unsuppress_address.channel
    and s.address = notify_private.normalize_address(unsuppress_address.channel, unsuppress_address.address)
  returning s.id into removed;
  perform pg_catalog.set_config('rowbell.suppression_note', '', true);
  if removed is not null or forgotten then
    -- Of somebody erased there is no row whose id could be named.
    perform notify_hidden.note_operator_action('unsuppress_address', coalesce(removed::text, unsuppress_address.channel),
      unsuppress_address.note);
  end if;
  return removed is not null;
end
$$;
comment on function notify.unsuppress_address(text, text, text) is
  'For operators: takes an address off the suppression list; note says why and is kept. False where it was not on it.';
grant execute on function notify.unsuppress_address(text, text, text) to rowbell_operator;
