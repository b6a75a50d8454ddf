create or replace function notify.end_session_for(user_id uuid, session_id text, note text default null) returns integer
language plpgsql volatile
-- Definer: as end_session(). Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  devices integer;
  wrong constant text[] := case
    when user_id is null then array['user_id', 'must be given']
    when session_id is null or length(session_id) not between 1 and 200 then array['session_id', 'must have 1 to 200 characters']
  end;
begin
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
  if not exists (select from notify.users as u where u.id = user_id) then
    raise exception 'user_id: there is no such person' using errcode = 'RBNFD', column = 'user_id',
      hint = notify_private.service_hint('user_id');
  end if;
  devices := notify_private.log_out(user_id, session_id);
  perform notify_hidden.note_operator_action('end_session_for', user_id::text, note, pg_catalog.jsonb_build_object('devices', devices));
  return devices;
end
$$;
comment on function notify.end_session_for(uuid, text, text) is
  'For services and operators: ends somebody''s session, as their own log-out would (a lost phone, a changed password).';
grant execute on function notify.end_session_for(uuid, text, text) to rowbell_operator, rowbell_writer;
