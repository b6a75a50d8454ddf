create or replace function trips_private.tg_itinerary_versions__tell() returns trigger
language plpgsql volatile
-- Definer: whoever may insert an itinerary need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from inserted) then
    return null;
  end if;
  insert into notify.events (type_key, actor_id, subject_type, subject_id, data)
  select 'itinerary_generated', notify_hidden.current_user_id(), 'trip', i.trip_id, pg_catalog.jsonb_build_object('version', i.version)
  from inserted as i;
  return null;
end
$$;
comment on function trips_private.tg_itinerary_versions__tell() is
  'TR-7: an itinerary was generated.';

create or replace trigger _900_tell
  after insert on trips.itinerary_versions
  referencing new table as inserted
  for each statement execute function trips_private.tg_itinerary_versions__tell();
