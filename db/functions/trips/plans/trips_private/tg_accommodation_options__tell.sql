create or replace function trips_private.tg_accommodation_options__tell() returns trigger
language plpgsql volatile
-- Definer: whoever may add options need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from inserted) then
    return null;
  end if;
  insert into notify.events (type_key, actor_id, subject_type, subject_id, data)
  select 'accommodation_option_added', i.contributor_id, 'trip', i.trip_id, pg_catalog.jsonb_build_object('accommodationOptionId', i.id)
  from inserted as i;
  return null;
end
$$;
comment on function trips_private.tg_accommodation_options__tell() is
  'TR-23: somewhere to stay was added.';

create or replace trigger _900_tell
  after insert on trips.accommodation_options
  referencing new table as inserted
  for each statement execute function trips_private.tg_accommodation_options__tell();
