create or replace function notify.retry_event(event_id uuid, note text default null) returns boolean
language plpgsql volatile
-- Definer: operators do not write events; this only lets one be planned at once. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update notify.events as e set retry_at = pg_catalog.clock_timestamp()
  where e.id = retry_event.event_id and e.plan_error is not null and e.planned_at is null and e.canceled_at is null;
  if not found then
    return false;
  end if;
  perform notify_hidden.note_operator_action('retry_event', retry_event.event_id::text, retry_event.note);
  return true;
end
$$;
comment on function notify.retry_event(uuid, text) is
  'For operators, when an audience function or its copy was mended: plans a failed event '
  'within a second instead of at the end of its pause. False where it did not fail or is done.';
grant execute on function notify.retry_event(uuid, text) to rowbell_operator;
