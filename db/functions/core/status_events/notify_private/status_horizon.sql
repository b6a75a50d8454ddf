create or replace function notify_private.status_horizon() returns xid8
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  select coalesce(
    (
      select min(x.xid)
      from pg_snapshot_xip(s.snapshot) as x (xid)
      -- Whatever is not known to be elsewhere is taken to be here: a transaction has its number a moment before its lock.
      where not exists (
        select from pg_catalog.pg_locks as l join pg_catalog.pg_stat_activity as a on a.pid = l.pid
        where l.locktype = 'transactionid' and l.mode = 'ExclusiveLock' and l.granted and l.transactionid = x.xid::xid
          and a.datname <> current_database()
      )
    ),
    pg_snapshot_xmax(s.snapshot)
  )
  from pg_current_snapshot() as s (snapshot)
$$;
comment on function notify_private.status_horizon() is
  'The oldest transaction of this database that may still write: all before it have ended. Those of other databases of the cluster keep '
  'nothing back.';
