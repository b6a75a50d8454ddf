create or replace function notify.emit(
  type_key text,
  actor_id uuid default null,
  subject_type text default null,
  subject_id uuid default null,
  data jsonb default '{}',
  idempotency_key text default null,
  due_at timestamptz default null
) returns notify.emit_result
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  select r from notify.emit_many(array[row(type_key, actor_id, subject_type, subject_id, data, idempotency_key,
    due_at)::notify.event_input]) as r
$$;
comment on function notify.emit(text, uuid, text, uuid, jsonb, text, timestamptz) is 'For services: emit_many() for one event.';
grant execute on function notify.emit(text, uuid, text, uuid, jsonb, text, timestamptz) to rowbell_writer;
