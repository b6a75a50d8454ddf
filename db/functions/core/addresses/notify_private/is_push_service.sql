create or replace function notify_private.is_push_service(endpoint text) returns boolean
language sql stable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select
    -- A name of at least two labels whose last begins with a letter: no IP address in any spelling, and no bare name of a local network.
    h.host ~ '^([a-z0-9_-]+\.)+[a-z][a-z0-9-]*$'
      and h.host !~ '(^|\.)(localhost|local|localdomain|internal|intranet|private|lan|home|corp|test|invalid|onion|arpa)$'
    or exists (
      select from notify.providers as p cross join unnest(p.sandbox_origins) as o (origin)
      where p.provider = 'web_push' and starts_with(endpoint, o.origin || '/')
    )
  from (select lower(substring(endpoint from '^https://([A-Za-z0-9._-]+)(?::443)?(?:/[!-~]*)?$')) as host) as h
$$;
comment on function notify_private.is_push_service(text) is
  'Whether a Web Push endpoint may be registered: https, at a name of the public internet and the '
  'usual port, or in the sandbox. Where the name leads is looked at when the connection is made.';
