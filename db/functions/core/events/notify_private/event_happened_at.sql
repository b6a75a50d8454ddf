create or replace function notify_private.event_happened_at(event_id uuid) returns timestamptz
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select e.due_at from notify.events as e where e.id = event_happened_at.event_id
$$;
comment on function notify_private.event_happened_at(uuid) is
  'When an event happened: its due instant, which is when it was recorded unless it was given another. Null: it is gone.';
