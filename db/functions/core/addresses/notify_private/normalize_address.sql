create or replace function notify_private.normalize_address(channel text, address text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select case
    when channel = 'email' then lower(notify_hidden.spell_mailbox(address))
    -- What reads like an APNs token is one: those of the others are longer, and no hexadecimal digits alone.
    when channel = 'push' and address ~ '^([0-9A-Fa-f]{2}){32,100}$' then notify_private.normalize_token('apns', address)
    else address
  end
$$;
comment on function notify_private.normalize_address(text, text) is
  'The one spelling under which an address is kept on the suppression list and looked up there.';
