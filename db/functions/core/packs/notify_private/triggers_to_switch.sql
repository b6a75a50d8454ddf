create or replace function notify_private.triggers_to_switch()
returns table (table_name text, trigger_name text, enabled boolean)
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select t.tgrelid::regclass::text, t.tgname::text, p.enabled
  from notify.packs as p
  join pg_catalog.pg_namespace as n on n.nspname in (p.name, p.name || '_private')
  join pg_catalog.pg_proc as f on f.pronamespace = n.oid
  join pg_catalog.pg_trigger as t on t.tgfoid = f.oid
  where not t.tgisinternal and t.tgparentid = 0 and (t.tgenabled <> 'D') <> p.enabled
    and notify_private.is_owned_by_engine(f.oid)
  order by 1, 2
$$;
comment on function notify_private.triggers_to_switch() is
  'The triggers that call a function of a pack and fire although it is off, or rest although it is on; enabled says what they should do.';
