create or replace function notify.cancel_event(event_id uuid) returns notify.cancellation
language sql volatile
-- Definer: services do not write the engine's tables. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select notify_private.cancel_events(array[event_id])
$$;
comment on function notify.cancel_event(uuid) is
  'For services: nothing more is planned, released or sent of an event from the caller''s commit on; what a worker has '
  'already taken is sent. Says what it ended; canceled before or unknown: nothing. docs/scheduling.md.';
grant execute on function notify.cancel_event(uuid) to rowbell_writer;
