-- Without settings of its own, so that it is inlined where every person is planned.
create or replace function notify_private.hash_long_key(key text) returns text
language sql immutable parallel safe
as $$
  select case when pg_catalog.length(key) <= 500 then key
    else 'sha256:' || pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(key, 'UTF8')), 'hex') end
$$;
comment on function notify_private.hash_long_key(text) is
  'A dedupe key as it is kept: one as long as an index row may not be (2.7 kB) is as good by its digest.';
