create or replace function notify.inbox_count(filter notify.inbox_filter default null) returns integer
language sql stable set search_path = pg_catalog, pg_temp
-- Small tables grow: a plan that was cached while they were empty must hold later.
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$ select pg_catalog.count(*)::integer from notify_hidden.inbox(filter) $$;
comment on function notify.inbox_count(notify.inbox_filter) is
  'How many of the caller''s notifications match; without a filter those in the inbox.';
grant execute on function notify.inbox_count(notify.inbox_filter) to rowbell_user, rowbell_operator;
