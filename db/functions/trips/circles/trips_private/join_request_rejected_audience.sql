-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function trips_private.join_request_rejected_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select e.event_id, (e.data ->> 'requesterId')::pg_catalog.uuid, 'default', e.variables
  from trips_private.trip_events as e
  where e.event_id = any (event_ids)
$$;
comment on function trips_private.join_request_rejected_audience(uuid[]) is
  'TR-22: the requester (data.requesterId), who does not travel.';
