create or replace function notify_private.rollup_floor() returns timestamptz
language sql stable set search_path = pg_catalog, pg_temp
as $$
  -- Whole days (docs/decisions/0006, 11), two more than are needed, for retention runs at any time.
  select pg_catalog.date_trunc('day', pg_catalog.now() - p.keep, 'UTC') + interval '72 hours'
  from notify.retention_policies as p where p.table_name = 'notify_private.hourly_rollups'
$$;
comment on function notify_private.rollup_floor() is
  'Hours before this are not counted any more: retention takes their metrics away, and their day stays as it is.';
