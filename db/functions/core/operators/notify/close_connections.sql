create or replace function notify.close_connections(user_id uuid, note text) returns integer
language plpgsql volatile
-- Definer: operators do not read the engine's tables. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  known constant integer := coalesce((select sum(c.connections) from notify.connections_of(close_connections.user_id) as c), 0);
begin
  if not exists (select from notify.users as u where u.id = close_connections.user_id) then
    raise exception 'user_id: there is no such user' using errcode = 'RBNFD', column = 'user_id';
  end if;
  perform notify_private.record_operator_action('close_connections', close_connections.user_id::text, close_connections.note,
    pg_catalog.jsonb_build_object('connections', known));
  perform notify_private.ring('c', array[close_connections.user_id], array['00000000-0000-0000-0000-000000000000'::uuid]);
  return known;
end
$$;
comment on function notify.close_connections(uuid, text) is
  'For operators: closes all connections of somebody, in every process of the API. Their clients ask for a token and come back; whom the '
  'application gives none stays away. Answers how many were known to be open.';
grant execute on function notify.close_connections(uuid, text) to rowbell_operator;
