create or replace function notify_private.heartbeat(worker_id uuid, out alive boolean, out senders_changed_at timestamptz)
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update notify.workers as w set seen_at = pg_catalog.clock_timestamp() where w.id = heartbeat.worker_id and w.stopped_at is null;
  alive := found;
  senders_changed_at := (select max(s.changed_at) from notify.senders as s);
end
$$;
comment on function notify_private.heartbeat(uuid) is
  'Says that a worker lives. Not alive: it had been declared dead meanwhile and must register anew before it claims again. '
  'senders_changed_at: when operators last changed a sender; one that it has not read is to be read.';
grant execute on function notify_private.heartbeat(uuid) to rowbell_worker;
