create or replace function notify.end_session(session_id text default null) returns integer
language plpgsql volatile
-- Definer: nobody may delete from the table; this deletes the caller's own and no other.
security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_user();
  ended constant text := coalesce(end_session.session_id, notify_hidden.current_session_id());
  removed integer;
begin
  if ended is null then
    raise exception 'session_id: is missing, and your token names no session' using errcode = 'RBINV';
  end if;
  delete from notify.devices as d where d.user_id = me and d.session_id = ended;
  get diagnostics removed = row_count;
  return removed;
end
$$;
comment on function notify.end_session(text) is
  'Log-out: removes the caller''s devices that were registered in a session (the current one unless named), so that nothing more is pushed to them. Returns how many.';
grant execute on function notify.end_session(text) to rowbell_user;
