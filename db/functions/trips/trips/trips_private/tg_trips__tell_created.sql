create or replace function trips_private.tg_trips__tell_created() returns trigger
language plpgsql volatile
-- Definer: whoever may insert a trip need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from inserted) then
    return null;
  end if;
  insert into notify.events (type_key, actor_id, subject_type, subject_id)
  select 'trip_created_notify', i.creator_id, 'trip', i.id from inserted as i;
  return null;
end
$$;
comment on function trips_private.tg_trips__tell_created() is 'TR-1: a trip was inserted.';

create or replace trigger _900_tell_created
  after insert on trips.trips
  referencing new table as inserted
  for each statement execute function trips_private.tg_trips__tell_created();
