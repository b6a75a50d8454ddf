create or replace function notify.cancel_events(subject_type text, subject_id uuid, type_keys text[] default null)
  returns notify.cancellation
language sql volatile
-- Definer: services do not write the engine's tables. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select notify_private.cancel_events(array(
    select e.id from notify_private.events_of_subject(subject_type, subject_id, type_keys) as e
  ))
$$;
comment on function notify.cancel_events(text, uuid, text[]) is
  'For services: cancel_event() for all events about a subject, of these types or all: "the order was canceled".';
grant execute on function notify.cancel_events(text, uuid, text[]) to rowbell_writer;
