create or replace function notify_private.origin_of(provider text, address text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select case when provider in ('web_push', 'webhook') then
    regexp_replace(
      -- Scheme, a name and password that are passed by, host without the dot at its end, port; then that of the scheme's own.
      lower(regexp_replace(address, '^\s*(https?)://(?:[^/?#@\\]*@)*(\[[^]]*\]|[^/?#:\\]*[^/?#:\\.])\.?(?::0*(\d+)?)?(?:[/?#\\].*)?$', '\1://\2:\3', 'i')),
      '^(?:(https://.*):443|(http://.*):80|(.*):)$', '\1\2\3')
  end
$$;
comment on function notify_private.origin_of(text, text) is
  'Whose word is heard at an address: the origin of a push endpoint or a webhook''s URL, https://host[:port] in small letters. Null for the others: their one origin is the provider itself.';
