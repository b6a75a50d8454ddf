-- migrate:up
set local lock_timeout = '5s';

-- The core has the same function. A new database gets the triggers with it from db/functions; here they are set to it, so that
-- there is no moment without limits.
do $$
declare
  standing record;
begin
  for standing in
    select pg_catalog.pg_get_triggerdef(t.oid) as definition
    from pg_catalog.pg_trigger as t
    where t.tgfoid = pg_catalog.to_regprocedure('juke_private.tg_rows__use_limit()')
    order by t.tgrelid::regclass::text
  loop
    execute replace(
      replace(replace(standing.definition, 'CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER'), ' AS inserted ', ' AS written '),
      'juke_private.tg_rows__use_limit', 'notify_private.tg_rows__use_limit');
  end loop;
end $$;
drop function if exists juke_private.tg_rows__use_limit();

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
