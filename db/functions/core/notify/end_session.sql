create or replace function notify.end_session(session_id text default null) returns integer
language plpgsql volatile
-- Definer: nobody may delete from the table; this deletes the caller's own and no other.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_user();
  ended constant text := coalesce(end_session.session_id, notify_hidden.current_session_id());
  removed integer;
  pack regproc;
begin
  if ended is null then
    raise exception 'session_id: is missing, and your token names no session' using errcode = 'RBINV';
  end if;
  -- Counted before and deleted after: a pack that keeps sessions has its row locked before their devices, as everyone does.
  removed := (select pg_catalog.count(*) from notify.devices as d where d.user_id = me and d.session_id = ended);
  for pack in
    select p.oid from pg_catalog.pg_proc as p join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    where p.proname = 'end_session' and n.nspname ~ '_private$' and notify_private.is_ours(p.oid) order by n.nspname
  loop
    execute pg_catalog.format('select %s($1, $2)', pack) using me, ended;
  end loop;
  delete from notify.devices as d where d.user_id = me and d.session_id = ended;
  return removed;
end
$$;
comment on function notify.end_session(text) is
  'Log-out: removes the caller''s devices that were registered in a session (the current one unless named), so that nothing more is pushed to them, and ends the session where a pack keeps sessions (its <pack>_private.end_session(user_id, session_id)). Returns how many devices.';
grant execute on function notify.end_session(text) to rowbell_user;
