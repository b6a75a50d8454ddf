create or replace function notify_private.close_schema(name text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  role_name text;
begin
  for role_name in
    select a.grantee::regrole::text
    from pg_catalog.pg_namespace as n cross join lateral pg_catalog.aclexplode(n.nspacl) as a
    where n.nspname = close_schema.name and a.privilege_type = 'USAGE' and a.grantee not in (0, n.nspowner)
    order by 1
  loop
    insert into notify_private.closed_schemas (schema_name, role_name) values (close_schema.name, role_name) on conflict do nothing;
    execute pg_catalog.format('revoke usage on schema %I from %s', close_schema.name, role_name);
  end loop;
end
$$;
comment on function notify_private.close_schema(text) is 'Takes a schema from every role that may use it, and notes from whom.';
