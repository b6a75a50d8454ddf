-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function trips_private.leader_transferred_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select e.event_id, l.user_id, 'default', e.variables
  from trips_private.trip_events as e
  join trips_private.leaders as l on l.trip_id = e.trip_id and l.user_id = (e.data ->> 'newLeaderId')::pg_catalog.uuid
  where e.event_id = any (event_ids)
$$;
comment on function trips_private.leader_transferred_audience(uuid[]) is
  'TR-17: the new leader (data.newLeaderId), while they still lead.';
