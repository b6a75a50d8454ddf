create or replace function notify.export_person(user_id uuid) returns setof notify.personal_row
language sql stable
-- Definer: it reads every table of every pack. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$ select * from notify_private.export_rows(user_id) $$;
comment on function notify.export_person(uuid) is
  E'@paged\n'
  'For operators and services: everything that is stored about a person, a row a row, '
  'table by table (docs/privacy.md). Nothing where there is no such person.';
grant execute on function notify.export_person(uuid) to rowbell_operator, rowbell_writer;
