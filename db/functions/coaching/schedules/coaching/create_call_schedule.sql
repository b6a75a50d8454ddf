create or replace function coaching.create_call_schedule(coach_id uuid, topic_key text, local_time time) returns coaching.call_schedules
language plpgsql volatile
-- Definer: people have no grant to write here; this makes a schedule of the caller's alone.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  schedule coaching.call_schedules;
begin
  perform coaching_private.check_coach_and_topic(create_call_schedule.coach_id, create_call_schedule.topic_key);
  if create_call_schedule.local_time is null then
    raise exception 'local_time: is missing' using errcode = 'RBINV', column = 'local_time';
  end if;
  insert into coaching.call_schedules as s (user_id, coach_id, topic_key, local_time)
  values (me, create_call_schedule.coach_id, create_call_schedule.topic_key, create_call_schedule.local_time)
  returning * into schedule;
  select * into strict schedule from coaching.call_schedules as s where s.id = schedule.id;
  return schedule;
end
$$;
comment on function coaching.create_call_schedule(uuid, text, time) is
  'Has a coach call the caller every day at a time of their own clock (CP-7). Its first calls stand at once.';
grant execute on function coaching.create_call_schedule(uuid, text, time) to rowbell_user;
