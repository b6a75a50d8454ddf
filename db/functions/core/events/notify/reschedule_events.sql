create or replace function notify.reschedule_events(
  subject_type text, subject_id uuid, due_at timestamptz default null, shift interval default null, type_keys text[] default null
) returns integer
language sql volatile
-- Definer: services do not write the engine's tables. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select notify_private.move_events(
    array(select e.id from notify_private.events_of_subject(subject_type, subject_id, type_keys) as e),
    due_at, case when shift is not null then array[shift] end)
$$;
comment on function notify.reschedule_events(text, uuid, timestamptz, interval, text[]) is
  'For services: reschedule_event() for all events about a subject, of these types or all, to one '
  'instant or by an interval ("the call is half an hour later"). Returns how many moved.';
grant execute on function notify.reschedule_events(text, uuid, timestamptz, interval, text[]) to rowbell_writer;
