create or replace function notify_private.all_personal_data() returns setof notify_private.personal_data
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  source regproc;
begin
  -- The packs before the core, whose last table is users itself.
  for source in
    select p.oid from pg_catalog.pg_proc as p
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    where p.proname = 'personal_data' and p.prorettype = 'notify_private.personal_data'::regtype and n.nspname ~ '_private$'
      and notify_private.is_owned_by_engine(p.oid)
    order by n.nspname = 'notify_private', n.nspname
  loop
    return query execute pg_catalog.format('select * from %s()', source);
  end loop;
end
$$;
comment on function notify_private.all_personal_data() is
  'What the personal_data() of all packs declare, the packs'' before the '
  'core''s, each in its own order: that in which rows are exported and erased.';
