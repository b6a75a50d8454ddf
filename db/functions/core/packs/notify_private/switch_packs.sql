create or replace function notify_private.switch_packs(installed text[], chosen text[]) returns setof notify.packs
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  place record;
begin
  return query
  insert into notify.packs as p (name, enabled)
  select i.name, i.name = any (chosen) from unnest(installed) as i (name)
  on conflict (name) do update set enabled = excluded.enabled, switched_at = pg_catalog.clock_timestamp()
  where p.enabled <> excluded.enabled
  returning p.*;
  -- One whose files are not there any more.
  return query
  update notify.packs as p set enabled = false, switched_at = pg_catalog.clock_timestamp()
  where p.enabled and p.name <> all (installed)
  returning p.*;

  -- Each time and not only where something was switched: a new version may have brought further triggers and grants.
  for place in
    select n.oid as schema_id, n.nspname as name, p.enabled
    from notify.packs as p
    join pg_catalog.pg_namespace as n on n.nspname in (p.name, p.name || '_private')
    where n.nspowner = (select o.nspowner from pg_catalog.pg_namespace as o where o.nspname = 'notify_private')
    order by n.nspname
  loop
    if place.enabled then
      perform notify_private.open_schema(place.name);
    else
      perform notify_private.close_schema(place.name);
    end if;
  end loop;
end
$$;
comment on function notify_private.switch_packs(text[], text[]) is
  'Of the packs that are installed, switches on those that were chosen and all others off, and returns those that it switched. '
  'The schemas of those that are off are closed to every role but the owner. Part of migrate, which then does what '
  'triggers_to_switch() says.';
