create or replace function notify_private.live_history() returns text
language sql stable
-- Definer: where the log stands is not everybody's to ask.
security definer set search_path = pg_catalog, pg_temp
as $$
  -- A failover or a restored backup begins another timeline, in which ids of transactions come again. So do those that were not flushed
  -- before a crash; a crash also makes PostgreSQL begin its statistics anew, which a restart in order keeps.
  select left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.concat_ws(' ',
    c.system_identifier, left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8), extract(epoch from a.stats_reset)),
    'UTF8')), 'hex'), 8)
  from pg_catalog.pg_control_system() as c cross join pg_catalog.pg_stat_archiver as a
$$;
comment on function notify_private.live_history() is
  'In which history ids of transactions have their meaning: a digest of the cluster, its timeline and its last crash. Cursors begin '
  'with it.';
