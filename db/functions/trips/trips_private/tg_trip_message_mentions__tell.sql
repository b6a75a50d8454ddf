create or replace function trips_private.tg_trip_message_mentions__tell() returns trigger
language plpgsql volatile
-- Definer: whoever may write messages need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from inserted) then
    return null;
  end if;
  insert into notify.events (type_key, actor_id, subject_type, subject_id, data)
  select distinct 'chat_mention', m.author_id, 'trip', m.trip_id, pg_catalog.jsonb_build_object('messageId', m.id)
  from inserted as i join trips.trip_messages as m on m.id = i.message_id;
  return null;
end
$$;
comment on function trips_private.tg_trip_message_mentions__tell() is
  'TR-25: a message mentions somebody. One event a message and statement.';

create or replace trigger _900_tell
  after insert on trips.trip_message_mentions
  referencing new table as inserted
  for each statement execute function trips_private.tg_trip_message_mentions__tell();
