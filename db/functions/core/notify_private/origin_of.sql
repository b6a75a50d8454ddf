create or replace function notify_private.origin_of(provider text, address text) returns text
-- Without a search_path it is inlined.
language sql immutable parallel safe
as $$
  select case when provider in ('web_push', 'webhook') then
    pg_catalog.regexp_replace(
      -- Scheme, a name and password that are passed by, host without the dot at its end, port; then that of the scheme's own.
      pg_catalog.lower(pg_catalog.regexp_replace(address, '^\s*(https?)://(?:[^/?#@\\]*@)*(\[[^]]*\]|[^/?#:\\]*[^/?#:\\.])\.?(?::0*(\d+)?)?(?:[/?#\\].*)?$', '\1://\2:\3', 'i')),
      '^(?:(https://.*):443|(http://.*):80|(.*):)$', '\1\2\3')
  end
$$;
comment on function notify_private.origin_of(text, text) is
  'Whose word is heard at an address: the origin of a push endpoint or a webhook''s URL, https://host[:port] in small letters. Null for the others: their one origin is the provider itself.';
