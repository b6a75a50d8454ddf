create or replace function notify_private.log_out(user_id uuid, session_id text) returns integer
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  -- Counted before, since packs take them along.
  removed constant integer := (select count(*) from notify.devices as d where d.user_id = user_id and d.session_id = session_id);
  pack regproc;
begin
  -- A pack that keeps sessions has its row locked before their devices, as everyone does.
  for pack in
    select p.oid from pg_catalog.pg_proc as p join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    where p.proname = 'end_session' and n.nspname ~ '_private$' and notify_private.is_owned_by_engine(p.oid)
      and n.nspname not in (select x.name || '_private' from notify.packs as x where not x.enabled)
    order by n.nspname
  loop
    execute format('select %s($1, $2)', pack) using user_id, session_id;
  end loop;
  perform notify_private.end_sessions(array[user_id], array[session_id]);
  return removed;
end
$$;
comment on function notify_private.log_out(uuid, text) is
  'Ends a person''s session here and where a pack keeps sessions (its '
  '<pack>_private.end_session(user_id, session_id)). Returns how many devices went with it.';
