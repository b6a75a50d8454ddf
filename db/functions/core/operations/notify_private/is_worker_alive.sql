create or replace function notify_private.is_worker_alive(lane text, host text) returns boolean
language sql stable
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from notify.workers as w
    where w.lane = is_worker_alive.lane and w.host = is_worker_alive.host
      and w.stopped_at is null and w.seen_at > pg_catalog.now() - interval '15 seconds'
  )
$$;
comment on function notify_private.is_worker_alive(text, text) is
  'Whether a worker of this lane on this host has sent its heartbeat lately. For the health check of its container.';
grant execute on function notify_private.is_worker_alive(text, text) to rowbell_worker;
