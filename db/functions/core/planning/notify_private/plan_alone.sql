create or replace function notify_private.plan_alone(event_id uuid) returns boolean
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform notify_private.plan(array[event_id]);
  return true;
exception when others then
  perform notify_private.fail_event(event_id, sqlstate || ': ' || sqlerrm);
  return false;
end
$$;
comment on function notify_private.plan_alone(uuid) is
  'Plans one slice of an event, or sets it apart with its error (fail_event) and returns false.';
grant execute on function notify_private.plan_alone(uuid) to rowbell_worker;
