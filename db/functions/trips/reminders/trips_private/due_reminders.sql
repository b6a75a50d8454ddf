-- Plain SQL without settings: opening one trip asks it by key, the sweep for all.
create or replace function trips_private.due_reminders(at timestamptz)
returns table (trip_id uuid, type_key text)
language sql stable
as $$
  select t.trip_id, r.type_key
  from trips_private.watched_trips(at) as t
  cross join lateral (
    values
      ('prep_reminder_7d', t.status = 'locked' and t.starts_in between 5 and 7),
      ('prep_reminder_3d', t.status = 'locked' and t.starts_in between 2 and 3),
      -- Days have no time zone: from the noon before, when the day begins in the east, to its end in UTC.
      ('trip_started', t.status = 'locked' and at >= t.start_at - interval '12 hours' and at < t.start_at + interval '24 hours'),
      ('trip_completed_recap', t.status in ('locked', 'completed') and t.ended_before between 1 and 3),
      ('collecting_momentum_reminder', t.status = 'scheduling')
  ) as r (type_key, due)
  -- What is switched off is not looked for: nobody caused it, so there is nothing to explain.
  join notify.notification_types as n on n.key = r.type_key and n.enabled
  where r.due and (
    r.type_key <> 'collecting_momentum_reminder' or (
      select pg_catalog.count(*) filter (
        where exists (select from trips_private.contributors as c where c.trip_id = a.trip_id and c.user_id = a.user_id)
      ) * 2 < pg_catalog.count(*)
      from trips_private.active_travelers as a where a.trip_id = t.trip_id
    )
  )
$$;
comment on function trips_private.due_reminders(timestamptz) is
  'TR-15, TR-16, TR-18, TR-19, TR-21: which trips a reminder is due for at an instant. The one place that says when.';
