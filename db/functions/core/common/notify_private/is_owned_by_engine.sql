create or replace function notify_private.is_owned_by_engine(routine oid) returns boolean
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from pg_catalog.pg_proc as p join pg_catalog.pg_namespace as n on n.nspowner = p.proowner
    where p.oid = routine and n.nspname = 'notify_private'
  )
$$;
comment on function notify_private.is_owned_by_engine(oid) is
  'Whether a function belongs to whoever owns the engine. What is found by its name is called with the '
  'owner''s rights: in a database that others use too, anybody with a schema could have put it there.';
