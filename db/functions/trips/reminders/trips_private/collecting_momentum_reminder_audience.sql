-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function trips_private.collecting_momentum_reminder_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select e.event_id, a.user_id, 'default', e.variables
  from trips_private.trip_events as e
  join trips_private.active_travelers as a on a.trip_id = e.trip_id
  where e.event_id = any (event_ids)
    and not exists (select from trips_private.contributors as c where c.trip_id = a.trip_id and c.user_id = a.user_id)
$$;
comment on function trips_private.collecting_momentum_reminder_audience(uuid[]) is
  'TR-18: active travelers who have neither suggested nor supported dates.';
