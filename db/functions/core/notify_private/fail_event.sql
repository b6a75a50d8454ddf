create or replace function notify_private.fail_event(event_id uuid, error text) returns void
language sql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = ''
as $$
  update notify.events
  set
    plan_error = left(error, 1000),
    plan_attempts = plan_attempts + 1,
    due_at = clock_timestamp() + notify_private.backoff(plan_attempts + 1)
  where id = event_id and planned_at is null
$$;
comment on function notify_private.fail_event(uuid, text) is
  'Keeps why an event could not be planned and when to try again. It is never given up: an audience function can be mended.';
grant execute on function notify_private.fail_event(uuid, text) to rowbell_worker;
