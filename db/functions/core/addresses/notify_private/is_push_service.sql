create or replace function notify_private.is_push_service(endpoint text) returns boolean
language sql stable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select notify_private.is_public_https(endpoint) or exists (
    select from notify.providers as p cross join unnest(p.sandbox_origins) as o (origin)
    where p.provider = 'web_push' and starts_with(endpoint, o.origin || '/')
  )
$$;
comment on function notify_private.is_push_service(text) is
  'Whether a Web Push endpoint may be registered: on the public internet, as is_public_https() says, or in the sandbox.';
