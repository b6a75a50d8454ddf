create or replace function notify.reschedule_event(event_id uuid, due_at timestamptz) returns boolean
language sql volatile
-- Definer: services do not write the engine's tables. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select notify_private.move_events(array[event_id], due_at, null) = 1
$$;
comment on function notify.reschedule_event(uuid, timestamptz) is
  'For services: sets when an event is due, from the caller''s commit on; its expiry moves '
  'along. False: it is planned, canceled or unknown (cancel it and make a new one).';
grant execute on function notify.reschedule_event(uuid, timestamptz) to rowbell_writer;
