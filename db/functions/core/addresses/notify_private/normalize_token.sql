create or replace function notify_private.normalize_token(provider text, token text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  -- Apple's tokens are bytes: their hexadecimal spelling differs in case only, and two spellings are one phone.
  select case provider when 'apns' then lower(token) else token end
$$;
comment on function notify_private.normalize_token(text, text) is 'The one spelling under which a device token is kept and looked up.';
