create or replace function coaching.update_call_schedule(
  schedule_id uuid, local_time time default null, active boolean default null, coach_id uuid default null, topic_key text default null
) returns coaching.call_schedules
language plpgsql volatile
-- Definer: people have no grant to write here; this changes the caller's own.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_user();
  schedule coaching.call_schedules;
begin
  select * into schedule from coaching.call_schedules as s where s.id = update_call_schedule.schedule_id and s.user_id = me
    for no key update;
  if not found then
    raise exception 'schedule_id: you have no such schedule' using errcode = 'RBNFD', column = 'schedule_id';
  end if;
  perform coaching_private.check_coach_and_topic(
    coalesce(update_call_schedule.coach_id, schedule.coach_id), coalesce(update_call_schedule.topic_key, schedule.topic_key));
  update coaching.call_schedules as s
  set
    local_time = coalesce(update_call_schedule.local_time, s.local_time),
    active = coalesce(update_call_schedule.active, s.active),
    coach_id = coalesce(update_call_schedule.coach_id, s.coach_id),
    topic_key = coalesce(update_call_schedule.topic_key, s.topic_key)
  where s.id = schedule.id;
  select * into strict schedule from coaching.call_schedules as s where s.id = update_call_schedule.schedule_id;
  return schedule;
end
$$;
comment on function coaching.update_call_schedule(uuid, time, boolean, uuid, text) is
  'Changes a schedule of the caller; null leaves as it is. Pending calls move with it; active = false cancels them.';
grant execute on function coaching.update_call_schedule(uuid, time, boolean, uuid, text) to rowbell_user;
