-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function trips_private.trip_created_notify_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select e.event_id, c.user_id, 'default', e.variables
  from trips_private.trip_events as e
  join trips_private.companions as c on c.trip_id = e.trip_id
  where e.event_id = any (event_ids) and c.user_id is distinct from e.actor_id
$$;
comment on function trips_private.trip_created_notify_audience(uuid[]) is
  'TR-1: the circle''s members except the creator. Of hosted trips too, '
  'which have no participants yet: this is how the circle hears of them.';
