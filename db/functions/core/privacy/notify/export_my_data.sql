create or replace function notify.export_my_data() returns setof notify.personal_row
language sql stable
-- Definer: it reads every table of every pack, and of each the caller's own rows alone.
security definer set search_path = pg_catalog, pg_temp
as $$ select * from notify_private.export_rows(notify_private.require_user()) $$;
comment on function notify.export_my_data() is
  E'@paged\n'
  'Everything that is stored about the caller, a row a row, table by table (docs/privacy.md).';
grant execute on function notify.export_my_data() to rowbell_user;
