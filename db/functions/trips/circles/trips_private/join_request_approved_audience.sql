-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function trips_private.join_request_approved_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select e.event_id, a.user_id, 'default', e.variables
  from trips_private.trip_events as e
  join trips_private.active_travelers as a on a.trip_id = e.trip_id and a.user_id = (e.data ->> 'requesterId')::pg_catalog.uuid
  where e.event_id = any (event_ids)
$$;
comment on function trips_private.join_request_approved_audience(uuid[]) is
  'TR-11: the requester (data.requesterId), who travels by now.';
