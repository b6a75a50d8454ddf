-- migrate:up
set local lock_timeout = '5s';

-- An empty search_path still puts pg_temp before pg_catalog for types and tables: whoever may make a temporary domain named
-- "text" had it called inside these functions, with their owner's rights. The functions of db/functions say so themselves.
do $$
declare
  f pg_catalog.regprocedure;
begin
  for f in
    select p.oid from pg_catalog.pg_proc as p join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    where p.proconfig @> array['search_path=""'] and pg_catalog.pg_get_userbyid(p.proowner) = current_user
  loop
    execute pg_catalog.format('alter routine %s set search_path = pg_catalog, pg_temp', f);
  end loop;
end $$;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
