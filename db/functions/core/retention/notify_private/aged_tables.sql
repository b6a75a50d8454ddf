create or replace function notify_private.aged_tables() returns setof text
language sql stable
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$ select p.table_name from notify.retention_policies as p where p.age_column is not null order by p.table_name $$;
comment on function notify_private.aged_tables() is 'The tables without partitions whose policies let rows go.';
grant execute on function notify_private.aged_tables() to rowbell_worker;
