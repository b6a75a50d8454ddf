create or replace function trips.open_trip(trip_id uuid) returns trips.trips
language plpgsql volatile
-- Definer: people may not insert events; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  at constant timestamptz := pg_catalog.clock_timestamp();
  trip trips.trips;
  due text[];
begin
  -- Not locked: a trip is opened all the time, and nothing of it changes.
  select * into trip from trips.trips as t
  where t.id = open_trip.trip_id and t.id = any (array(select trips_private.my_visible_trip_ids()));
  if not found then
    raise exception 'trip_id: there is no such trip, or you may not see it' using errcode = 'RBNFD', column = 'trip_id';
  end if;
  if trip.id = any (array(select trips_private.my_trip_ids())) then
    select pg_catalog.array_agg(r.type_key) into due from trips_private.due_reminders(at) as r where r.trip_id = trip.id;
  end if;
  if due is not null then
    insert into notify.events (type_key, subject_type, subject_id, idempotency_key)
    select d.type_key, 'trip', trip.id,
      -- Once a day and opener, not once an opening: who was told already is not told again anyway.
      pg_catalog.format('trips:%s:%s:%s:%s', d.type_key, trip.id, (at at time zone 'UTC')::date, me)
    from unnest(due) as d (type_key);
  end if;
  return trip;
end
$$;
comment on function trips.open_trip(uuid) is
  'For the app, whenever somebody opens a trip: looks whether a reminder is due for it, and answers with the trip. TR-N3.';
grant execute on function trips.open_trip(uuid) to rowbell_user;
