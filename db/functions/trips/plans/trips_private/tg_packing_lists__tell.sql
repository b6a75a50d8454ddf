create or replace function trips_private.tg_packing_lists__tell() returns trigger
language plpgsql volatile
-- Definer: whoever may insert a list need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from inserted) then
    return null;
  end if;
  insert into notify.events (type_key, actor_id, subject_type, subject_id, data)
  select 'packing_list_ready', notify_hidden.current_user_id(), 'trip', i.trip_id, pg_catalog.jsonb_build_object('packingListId', i.id)
  from inserted as i;
  return null;
end
$$;
comment on function trips_private.tg_packing_lists__tell() is
  'TR-24: a packing list was generated.';

create or replace trigger _900_tell
  after insert on trips.packing_lists
  referencing new table as inserted
  for each statement execute function trips_private.tg_packing_lists__tell();
