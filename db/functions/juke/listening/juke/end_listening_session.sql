create or replace function juke.end_listening_session(listening_session_id uuid) returns juke.listening_sessions
language plpgsql volatile
-- Definer: people have no grant to write here; the first line checks the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  session juke.listening_sessions := juke_private.require_hosted_session(end_listening_session.listening_session_id);
begin
  if session.ended_at is null then
    update juke.listening_sessions as s set ended_at = pg_catalog.clock_timestamp() where s.id = session.id returning * into session;
  end if;
  return session;
end
$$;
comment on function juke.end_listening_session(uuid) is
  'Ends a listening session of the caller''s, and withdraws the invites nobody answered. Twice is once.';
grant execute on function juke.end_listening_session(uuid) to rowbell_user;
