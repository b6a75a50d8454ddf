create or replace function trips_private.tg_trips__tell_canceled() returns trigger
language plpgsql volatile
-- Definer: whoever may cancel a trip need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- Every update of trips comes by here; an insert of nothing would still fire the triggers of notify.events.
  if not exists (select from updated as n where n.status = 'canceled') then
    return null;
  end if;
  insert into notify.events (type_key, actor_id, subject_type, subject_id)
  select 'trip_canceled', n.canceled_by, 'trip', n.id
  from updated as n join outdated as o on o.id = n.id
  where n.status = 'canceled' and o.status <> 'canceled';
  return null;
end
$$;
comment on function trips_private.tg_trips__tell_canceled() is 'TR-2: a trip became canceled; one that already was stays silent.';

create or replace trigger _900_tell_canceled
  after update on trips.trips
  referencing old table as outdated new table as updated
  for each statement execute function trips_private.tg_trips__tell_canceled();
