create or replace function juke_private.end_session(user_id uuid, session_id text) returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  update juke.sessions as s set ended_at = pg_catalog.clock_timestamp(), end_reason = 'logged_out'
  where s.id = end_session.session_id and s.user_id = end_session.user_id and s.ended_at is null
$$;
comment on function juke_private.end_session(uuid, text) is
  'JK-2: the person logs out of a session. notify.end_session() calls it, as log_out() does: whichever an app asks, the session is over.';
