-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function trips_private.accommodation_option_added_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select
    e.event_id, a.user_id, 'default',
    e.variables || pg_catalog.jsonb_build_object('day', (e.created_at at time zone coalesce(u.time_zone, 'UTC'))::pg_catalog.date)
  from trips_private.trip_events as e
  join trips_private.active_travelers as a on a.trip_id = e.trip_id
  join notify.users as u on u.id = a.user_id
  where e.event_id = any (event_ids) and a.user_id is distinct from e.actor_id
$$;
comment on function trips_private.accommodation_option_added_audience(uuid[]) is
  'TR-23: all active travelers except the contributor; once on each day of the readers own calendar, as the cap counts.';
