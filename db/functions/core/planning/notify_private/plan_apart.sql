create or replace function notify_private.plan_apart(event_ids uuid[]) returns boolean
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform notify_private.plan(event_ids);
  return true;
exception when others then
  if pg_catalog.cardinality(event_ids) > 1 then
    return false;
  end if;
  if notify_private.is_passing_error(sqlstate) then
    -- Who waited for a lock would wait for it once more.
    perform notify_private.fail_event(event_ids[1], sqlstate || ': ' || sqlerrm);
    return false;
  end if;
  begin
    -- One person of its audience may be the reason.
    perform notify_private.plan(event_ids, one_by_one => true);
    return true;
  exception when others then
    perform notify_private.fail_event(event_ids[1], sqlstate || ': ' || sqlerrm);
    return false;
  end;
end
$$;
comment on function notify_private.plan_apart(uuid[]) is
  'Plans one slice of events, or returns false and has planned nothing: one of them cannot be planned. One alone is planned person by '
  'person; where that fails too it is set apart with its error (fail_event).';
grant execute on function notify_private.plan_apart(uuid[]) to rowbell_worker;
