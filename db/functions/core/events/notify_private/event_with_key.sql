create or replace function notify_private.event_with_key(idempotency_key text) returns uuid
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  -- Volatile on purpose: such a function sees what was committed meanwhile, while the statement that calls it does not.
  select k.event_id from notify_private.event_keys as k where k.idempotency_key = event_with_key.idempotency_key
$$;
comment on function notify_private.event_with_key(text) is 'The event that was the first to use a key.';
