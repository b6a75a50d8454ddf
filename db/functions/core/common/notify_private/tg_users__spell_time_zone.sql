create or replace function notify_private.tg_users__spell_time_zone() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  new.time_zone := notify_hidden.canonical_time_zone(new.time_zone);
  return new;
end
$$;
comment on function notify_private.tg_users__spell_time_zone() is
  'A person''s time zone is stored in IANA''s spelling, for zones are compared. A row trigger, because it changes the row.';

-- Of those alone that are not spelled so already: the list is looked up by hash, once for a statement.
create or replace trigger _100_spell_time_zone before insert or update of time_zone on notify.users
  for each row when (new.time_zone <> all (notify_hidden.iana_time_zones()))
  execute function notify_private.tg_users__spell_time_zone();
