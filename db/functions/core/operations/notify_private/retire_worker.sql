create or replace function notify_private.retire_worker(worker_id uuid) returns void
language sql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  update notify.workers set stopped_at = clock_timestamp() where id = worker_id and stopped_at is null
$$;
comment on function notify_private.retire_worker(uuid) is 'A worker''s last word after it has finished or given back what it held.';
grant execute on function notify_private.retire_worker(uuid) to rowbell_worker;
