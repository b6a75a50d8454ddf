create or replace function coaching.schedule_call(coach_id uuid, topic_key text, scheduled_at timestamptz, context_line text default null)
returns coaching.calls
language plpgsql volatile
-- Definer: people have no grant to write here; this makes a call to the caller alone.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  call coaching.calls;
begin
  perform coaching_private.check_coach_and_topic(schedule_call.coach_id, schedule_call.topic_key);
  perform coaching_private.check_call_time(schedule_call.scheduled_at);
  if length(schedule_call.context_line) > 200 or schedule_call.context_line !~ '\S' then
    raise exception 'context_line: must have 1 to 200 characters, not all of them blank' using errcode = 'RBINV', column = 'context_line';
  end if;
  insert into coaching.calls as c (user_id, coach_id, topic_key, scheduled_at, context_line)
  values (me, schedule_call.coach_id, schedule_call.topic_key, schedule_call.scheduled_at, schedule_call.context_line)
  returning * into call;
  return call;
end
$$;
comment on function coaching.schedule_call(uuid, text, timestamptz, text) is
  'Has a coach call the caller at an instant, with a preview before (CP-1). Raises RBNFD or RBINV, naming the field.';
grant execute on function coaching.schedule_call(uuid, text, timestamptz, text) to rowbell_user;
