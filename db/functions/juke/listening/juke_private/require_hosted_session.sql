create or replace function juke_private.require_hosted_session(listening_session_id uuid) returns juke.listening_sessions
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.require_known_user();
  session juke.listening_sessions;
begin
  -- Locked, because what is checked of it must still hold when it is changed.
  select * into session from juke.listening_sessions as s
  where s.id = require_hosted_session.listening_session_id and s.host_id = me for no key update;
  if not found then
    raise exception 'listening_session_id: you host no such listening session' using errcode = 'RBNFD', column = 'listening_session_id';
  end if;
  return session;
end
$$;
comment on function juke_private.require_hosted_session(uuid) is
  'A listening session of the current user, locked until the transaction ends; raises RBNFD alike whether it is missing or another''s.';
