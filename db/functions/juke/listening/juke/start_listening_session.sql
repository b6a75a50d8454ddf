create or replace function juke.start_listening_session(name text) returns juke.listening_sessions
language plpgsql volatile
-- Definer: people have no grant to write here; this makes a session of the caller's.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  session juke.listening_sessions;
begin
  if (length(start_listening_session.name) <= 80 and start_listening_session.name ~ '\S') is not true then
    raise exception 'name: must have 1 to 80 characters, not all of them blank' using errcode = 'RBINV', column = 'name';
  end if;
  insert into juke.listening_sessions as s (host_id, name) values (me, start_listening_session.name) returning * into session;
  return session;
end
$$;
comment on function juke.start_listening_session(text) is 'Opens a listening session that the caller hosts.';
grant execute on function juke.start_listening_session(text) to rowbell_user;
