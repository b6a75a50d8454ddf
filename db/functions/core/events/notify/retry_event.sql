create or replace function notify.retry_event(event_id uuid, note text default null) returns boolean
language plpgsql volatile
-- Definer: operators do not write events; this only lets one be planned at once. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update notify.events as e
  -- What is left of the audience has the values of when it was asked.
  set retry_at = pg_catalog.clock_timestamp(), planned_at = null, plan_cursor = null, is_retried = true
  where e.id = retry_event.event_id and e.canceled_at is null and (
    e.plan_error is not null and e.planned_at is null
    or exists (select from notify.decisions as d where d.event_id = retry_event.event_id and d.rule = 'copy')
  );
  if not found then
    return false;
  end if;
  delete from notify_private.audience_rest as r where r.event_id = retry_event.event_id;
  delete from notify.decisions as d where d.event_id = retry_event.event_id and d.rule = 'copy';
  perform notify_hidden.note_operator_action('retry_event', retry_event.event_id::text, retry_event.note);
  return true;
end
$$;
comment on function notify.retry_event(uuid, text) is
  'For operators, when an audience function, its copy or somebody''s values were mended: plans an event that failed, or of whose '
  'audience some could not be told (rule copy), within a second instead of at the end of its pause. The audience is asked again; '
  'whom it told is not told again. False where it did not fail for anybody, or was canceled.';
grant execute on function notify.retry_event(uuid, text) to rowbell_operator;
