create or replace function notify_private.tg_imports__write() returns trigger
language plpgsql volatile
-- Definer: the gathered rows are nobody's to read. Whoever may insert into the view may insert into the table, the same columns: the
-- policies for services let every row pass.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  columns constant text := (
    select pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' order by a.attnum)
    from pg_catalog.pg_attribute as a where a.attrelid = tg_relid and a.attnum > 0
  );
begin
  execute pg_catalog.format(
    $import$
      with gathered as (
        delete from notify_private.imported_rows as r where r.xid = pg_catalog.pg_current_xact_id() and r.view = $1
        returning r.position, r.content
      )
      insert into %1$s (%2$s)
      select %2$s from (
        select (pg_catalog.jsonb_populate_record(null::%3$s, g.content)).* from gathered as g order by g.position
      ) as r
    $import$,
    tg_argv[0], columns, tg_relid::regclass)
  using tg_relid::regclass::text;
  return null;
end
$$;
comment on function notify_private.tg_imports__write() is
  'Writes what was inserted into a view for imports into the table that the trigger names, by one statement.';

create or replace trigger _900_write
  after insert on notify.import_users
  for each statement execute function notify_private.tg_imports__write('notify.users');
create or replace trigger _900_write
  after insert on notify.import_events
  for each statement execute function notify_private.tg_imports__write('notify.events');
