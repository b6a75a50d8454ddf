create or replace function notify.connections_of(user_id uuid) returns setof notify.connection_count
language sql stable
-- Definer: operators do not read the engine's tables. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select p.id as process_id, p.host, c.connections
  from notify_private.live_processes as p
  cross join lateral (
    select count(*)::integer as connections from unnest(p.people) as x (id) where x.id = connections_of.user_id
  ) as c
  where p.seen_at > pg_catalog.clock_timestamp() - interval '15 seconds' and c.connections > 0
  order by p.host, p.id
$$;
comment on function notify.connections_of(uuid) is
  'For operators: how many connections of somebody each process of the API holds, as of some seconds ago; none where there are none.';
grant execute on function notify.connections_of(uuid) to rowbell_operator;
