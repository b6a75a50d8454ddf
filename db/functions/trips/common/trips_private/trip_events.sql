-- What every audience of this pack begins with, so that a type's own function is left with who and why. Placeholders that
-- a type's copy does not use cost nothing: they are rendered per text, not per person.
create or replace view trips_private.trip_events as
  select
    e.id as event_id, e.actor_id, e.data, t.id as trip_id,
    -- What the event carries first: it cannot stand in for what the tables say.
    e.data || pg_catalog.jsonb_build_object(
      'tripId', t.id,
      'TripName', t.name,
      'CreatorName', coalesce(creator.name, 'Someone'),
      'LeaderName', coalesce(leader.name, 'Someone'),
      'ActorName', coalesce(actor.name, 'Someone'),
      'Dates', case
        when w.id is not null then trips_private.date_range(w.start_on, w.end_on, e.created_at)
        when t.locked_start_on is not null then trips_private.date_range(t.locked_start_on, t.locked_end_on, e.created_at)
      end
    ) as variables,
    e.created_at
  from notify.events as e
  join trips.trips as t on t.id = e.subject_id
  left join notify.users as creator on creator.id = t.creator_id
  left join notify.users as leader on leader.id = t.leader_id
  left join notify.users as actor on actor.id = e.actor_id
  left join trips.date_windows as w on w.id = (e.data ->> 'windowId')::uuid and w.trip_id = t.id
  where e.subject_type = 'trip';
comment on view trips_private.trip_events is
  'Events about trips with what every copy of this pack may say: names (a person without one is '
  '"Someone"), and as Dates those of the window the event is about (data.windowId), else the locked ones.';
