-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function trips_private.leader_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select e.event_id, l.user_id, 'default', e.variables
  from trips_private.trip_events as e
  join trips_private.leaders as l on l.trip_id = e.trip_id
  where e.event_id = any (event_ids) and l.user_id is distinct from e.actor_id
$$;
comment on function trips_private.leader_audience(uuid[]) is
  'The leader alone, and not of what they did themselves (TR-5, TR-8, TR-9, TR-20).';
