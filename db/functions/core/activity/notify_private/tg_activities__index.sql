create or replace function notify_private.tg_activities__index() returns trigger
language plpgsql volatile
-- Definer: whoever adds an entry need not be able to read the person.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  new.search_tokens := notify_hidden.search_tokens(
    pg_catalog.concat_ws(' ', new.title, new.description), (select u.locale from notify.users as u where u.id = new.user_id));
  return new;
end
$$;
comment on function notify_private.tg_activities__index() is
  'What an entry is found by, with the stems of its person''s language. A row trigger, because it changes the row; no generated column, '
  'because the language is not in it.';

create or replace trigger _100_index
  before insert on notify.activities
  for each row execute function notify_private.tg_activities__index();
