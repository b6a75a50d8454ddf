create or replace function notify.enroll(
  journey_key text,
  user_id uuid,
  subject_type text default null,
  subject_id uuid default null,
  data jsonb default '{}'
) returns notify.enroll_result
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  select r from notify.enroll_many(array[row(journey_key, user_id, subject_type, subject_id, data)::notify.enrollment_input]) as r
$$;
comment on function notify.enroll(text, uuid, text, uuid, jsonb) is 'For services: enroll_many() for one person.';
grant execute on function notify.enroll(text, uuid, text, uuid, jsonb) to rowbell_writer;
