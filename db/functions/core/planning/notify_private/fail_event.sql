create or replace function notify_private.fail_event(event_id uuid, error text) returns void
language sql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  update notify.events as e
  set
    plan_error = left(error, 1000),
    plan_attempts = e.plan_attempts + 1,
    retry_at = case
      when clock_timestamp() < e.due_at + coalesce(e.expires_after, t.expires_after)
        then clock_timestamp() + notify_private.backoff(e.plan_attempts + 1)
      else 'infinity'
    end
  from notify.notification_types as t
  where e.id = fail_event.event_id and e.planned_at is null and t.key = e.type_key
$$;
comment on function notify_private.fail_event(uuid, text) is
  'Keeps why an event could not be planned and when to try again: an audience function can be mended. Given up '
  'only when nothing of it could be delivered any more; operators still see it, and retry_event() tries once more.';
grant execute on function notify_private.fail_event(uuid, text) to rowbell_worker;
