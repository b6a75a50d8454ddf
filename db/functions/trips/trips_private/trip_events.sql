-- What every audience of this pack begins with, so that a type's own function is left with who and why. Placeholders that
-- a type's copy does not use cost nothing: they are rendered per text, not per person.
create or replace view trips_private.trip_events as
  select
    e.id as event_id, e.actor_id, e.data, t.id as trip_id,
    pg_catalog.jsonb_build_object(
      'tripId', t.id,
      'TripName', t.name,
      'CreatorName', coalesce(creator.name, 'Someone'),
      'LeaderName', coalesce(leader.name, 'Someone')
    ) as variables
  from notify.events as e
  join trips.trips as t on t.id = e.subject_id
  left join notify.users as creator on creator.id = t.creator_id
  left join notify.users as leader on leader.id = t.leader_id
  where e.subject_type = 'trip';
comment on view trips_private.trip_events is
  'Events about trips with what every copy of this pack may say. A person without a name is "Someone".';
