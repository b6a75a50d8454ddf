-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function trips_private.itinerary_generated_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select
    e.event_id, a.user_id,
    case when (e.data ->> 'version')::integer > 1 then 'updated' else 'default' end,
    e.variables
  from trips_private.trip_events as e
  join trips.trips as t on t.id = e.trip_id
  join trips_private.active_travelers as a on a.trip_id = e.trip_id
  where e.event_id = any (event_ids) and a.user_id is distinct from t.leader_id
$$;
comment on function trips_private.itinerary_generated_audience(uuid[]) is
  'TR-7: all active travelers except the leader; from the second version on in other words.';
