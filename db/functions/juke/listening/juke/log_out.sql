create or replace function juke.log_out(session_id text default null) returns juke.sessions
language plpgsql volatile
-- Definer: people have no grant to write here; this ends a session of the caller's.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_user();
  ended constant text := coalesce(log_out.session_id, notify_hidden.current_session_id());
  session juke.sessions;
begin
  if ended is null then
    raise exception 'session_id: is missing, and your token names no session' using errcode = 'RBINV', column = 'session_id';
  end if;
  perform juke_private.end_session(me, ended);
  select * into session from juke.sessions as s where s.id = ended and s.user_id = me;
  if session.id is null then
    raise exception 'session_id: you have no such session' using errcode = 'RBNFD', column = 'session_id';
  end if;
  return session;
end
$$;
comment on function juke.log_out(text) is
  'Ends one of the caller''s sessions, the current one unless named: nothing '
  'is pushed any more to devices that were registered in it. Twice is once.';
grant execute on function juke.log_out(text) to rowbell_user;
