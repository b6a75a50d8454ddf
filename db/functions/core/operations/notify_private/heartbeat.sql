create or replace function notify_private.heartbeat(worker_id uuid) returns boolean
language sql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  with alive as (
    update notify.workers as w set seen_at = clock_timestamp() where w.id = worker_id and w.stopped_at is null returning true
  )
  select exists (select from alive)
$$;
comment on function notify_private.heartbeat(uuid) is
  'Says that a worker lives. False: it had been declared dead meanwhile and must register anew before it claims again.';
grant execute on function notify_private.heartbeat(uuid) to rowbell_worker;
