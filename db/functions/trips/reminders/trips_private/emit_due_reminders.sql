create or replace function trips_private.emit_due_reminders(run_id uuid, at timestamptz) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  insert into notify.events (type_key, subject_type, subject_id, data, idempotency_key)
  select
    r.type_key, 'trip', r.trip_id, pg_catalog.jsonb_build_object('sweep_run_id', run_id),
    -- Once a trip, type and day: a second sweep makes nothing. On the next day whom the cap held back is asked again.
    pg_catalog.format('trips:%s:%s:%s', r.type_key, r.trip_id, (at at time zone 'UTC')::date)
  from trips_private.due_reminders(at) as r;
  return (select pg_catalog.count(*) from trips_private.watched_trips(at));
end
$$;
comment on function trips_private.emit_due_reminders(uuid, timestamptz) is
  'TR-N4: makes the events of every trip for which a reminder is due, in one statement; returns how many trips it looked at.';
