create or replace function notify_private.live_figures() returns jsonb
language sql stable
-- Definer: as report_live_process().
security definer set search_path = pg_catalog, pg_temp
as $$
  with alive as materialized (
    select p.* from notify_private.live_processes as p where p.seen_at > pg_catalog.clock_timestamp() - interval '15 seconds'
  ),
  person as (
    select x.id, count(*) as connections from alive as a cross join unnest(a.people) as x (id) group by x.id
  )
  select jsonb_build_object(
    'at', pg_catalog.clock_timestamp(),
    'connections', (select coalesce(sum(cardinality(a.people)), 0) from alive as a),
    'people', (select count(*) from person),
    'connectionsPerPerson', (select coalesce(pg_catalog.round(avg(p.connections), 2), 0) from person as p),
    'maxConnectionsPerPerson', (select coalesce(max(p.connections), 0) from person as p),
    'frames', (select coalesce(sum((a.figures ->> 'frames')::bigint), 0) from alive as a),
    'dropped', (select coalesce(sum((a.figures ->> 'dropped')::bigint), 0) from alive as a),
    'resumed', (select coalesce(sum((a.figures ->> 'resumed')::bigint), 0) from alive as a),
    'reset', (select coalesce(sum((a.figures ->> 'reset')::bigint), 0) from alive as a),
    'subscriptions', (
      select coalesce(jsonb_agg(jsonb_build_object('field', f.field, 'count', f.total) order by f.field), '[]')
      from (
        select x.key as field, sum(x.value::bigint) as total
        from alive as a cross join jsonb_each_text(a.figures -> 'subscriptions') as x group by x.key
      ) as f
    ),
    'processes', (
      select coalesce(jsonb_agg(
        jsonb_build_object(
          'id', a.id, 'host', a.host, 'pid', a.pid, 'startedAt', a.started_at, 'seenAt', a.seen_at,
          'connections', cardinality(a.people), 'lagP50Ms', a.figures -> 'lagP50Ms', 'lagP99Ms', a.figures -> 'lagP99Ms',
          'frames', a.figures -> 'frames', 'dropped', a.figures -> 'dropped',
          'resumed', a.figures -> 'resumed', 'reset', a.figures -> 'reset')
        order by a.host, a.started_at, a.id), '[]')
      from alive as a
    ))
$$;
comment on function notify_private.live_figures() is
  'Connections and what they ask for, over all processes of the API that were heard of within fifteen seconds.';
grant execute on function notify_private.live_figures() to rowbell_live;
