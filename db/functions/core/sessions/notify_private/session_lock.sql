create or replace function notify_private.session_lock(user_id uuid, session_id text) returns bigint
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  -- One of 1024: whoever ends a hundred thousand sessions at once needs no more locks than that.
  select (hashtext('notify.sessions')::bigint << 32) | (hashtextextended(user_id || ' ' || session_id, 0) & 1023)
$$;
comment on function notify_private.session_lock(uuid, text) is
  'The advisory lock of a session: shared by whoever registers a device in it, alone by whoever ends it.';
