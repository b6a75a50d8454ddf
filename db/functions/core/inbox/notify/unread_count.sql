create or replace function notify.unread_count() returns integer
language sql stable set search_path = pg_catalog, pg_temp
-- Small tables grow: a plan that was cached while they were empty must hold later.
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$ select pg_catalog.count(*)::integer from notify_hidden.inbox(null) as n where n.read_at is null $$;
comment on function notify.unread_count() is
  'The badge: how many notifications in the caller''s inbox are not read. inbox_count({read: false}) says the same.';
grant execute on function notify.unread_count() to rowbell_user;
