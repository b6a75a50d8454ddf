create or replace function trips_private.tg_date_window_supports__tell_author() returns trigger
language plpgsql volatile
-- Definer: whoever may support dates need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from inserted) then
    return null;
  end if;
  insert into notify.events (type_key, actor_id, subject_type, subject_id, data)
  select 'window_supported_author', i.user_id, 'trip', w.trip_id, pg_catalog.jsonb_build_object('windowId', w.id)
  from inserted as i join trips.date_windows as w on w.id = i.date_window_id
  where i.user_id <> w.author_id;
  return null;
end
$$;
comment on function trips_private.tg_date_window_supports__tell_author() is
  'TR-10: somebody likes another''s dates. Liking again what one already likes inserts nothing and says nothing.';

create or replace trigger _900_tell_author
  after insert on trips.date_window_supports
  referencing new table as inserted
  for each statement execute function trips_private.tg_date_window_supports__tell_author();
