create or replace function notify_private.is_public_https(url text) returns boolean
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select coalesce(
    -- A name of at least two labels whose last begins with a letter: no IP address in any spelling, and no bare name of a local network.
    h.host ~ '^([a-z0-9_-]+\.)+[a-z][a-z0-9-]*$'
      and h.host !~ '(^|\.)(localhost|local|localdomain|internal|intranet|private|lan|home|corp|test|invalid|onion|arpa)$',
    false)
  from (select lower(substring(url from '^https://([A-Za-z0-9._-]+)(?::443)?(?:/[!-~]*)?$')) as host) as h
$$;
comment on function notify_private.is_public_https(text) is
  'Whether a URL is https at a name of the public internet and the usual port, without a '
  'password. Where the name leads is looked at when the connection is made.';
