-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function trips_private.travelers_but_actor_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select e.event_id, a.user_id, 'default', e.variables
  from trips_private.trip_events as e
  join trips_private.active_travelers as a on a.trip_id = e.trip_id
  where e.event_id = any (event_ids) and a.user_id is distinct from e.actor_id
$$;
comment on function trips_private.travelers_but_actor_audience(uuid[]) is
  'All active travelers except whoever caused it (TR-2, TR-3, TR-14).';
