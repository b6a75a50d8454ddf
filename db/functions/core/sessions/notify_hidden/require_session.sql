create or replace function notify_hidden.require_session() returns void
language plpgsql stable
-- Definer: nobody may read which sessions ended; this tells of the caller's own alone.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select from notify_private.ended_sessions as e
    where e.user_id = notify_hidden.current_user_id() and e.session_id = notify_hidden.current_session_id()
  ) then
    raise exception 'your session has ended: sign in again' using errcode = 'RBAUT';
  end if;
end
$$;
comment on function notify_hidden.require_session() is
  'Raises RBAUT where the session of this transaction has ended. First '
  'statement of each transaction on behalf of a token that names a session.';
grant execute on function notify_hidden.require_session() to rowbell_user, rowbell_operator;
