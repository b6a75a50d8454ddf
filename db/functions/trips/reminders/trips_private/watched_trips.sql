-- Plain SQL without settings, so that each of the three conditions reaches an index of its own.
create or replace function trips_private.watched_trips(at timestamptz)
returns table (trip_id uuid, status text, start_at timestamptz, starts_in integer, ended_before integer)
language sql stable
as $$
  select
    t.id, t.status, t.locked_start_on::timestamp at time zone 'UTC',
    t.locked_start_on - (at at time zone 'UTC')::pg_catalog.date,
    (at at time zone 'UTC')::pg_catalog.date - t.locked_end_on
  from trips.trips as t
  where
    (t.status = 'locked' and t.locked_start_on between (at at time zone 'UTC')::pg_catalog.date
      and (at at time zone 'UTC')::pg_catalog.date + 8)
    or (t.status in ('locked', 'completed')
      and t.locked_end_on between (at at time zone 'UTC')::pg_catalog.date - 3 and (at at time zone 'UTC')::pg_catalog.date - 1)
    or (t.status = 'scheduling' and t.created_at <= at - interval '48 hours')
$$;
comment on function trips_private.watched_trips(timestamptz) is
  'TR-N4: the trips a sweep looks at: locked and starting within 8 days, ended '
  'within the last 3, or in scheduling for 48 hours. Days are counted in UTC.';
