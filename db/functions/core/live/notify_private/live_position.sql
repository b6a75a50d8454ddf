create or replace function notify_private.live_position() returns text
language sql stable
-- Definer: as live_history(). Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$ select notify_private.live_cursor(pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())) $$;
comment on function notify_private.live_position() is
  'The cursor of this instant: whatever is older is finished.';
grant execute on function notify_private.live_position() to rowbell_live;
