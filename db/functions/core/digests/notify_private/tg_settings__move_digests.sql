create or replace function notify_private.tg_settings__move_digests() returns trigger
language plpgsql volatile
-- Definer: operators change the settings; the digests that follow are nobody's to write.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select from new_rows as n cross join old_rows as o
    where (n.digest_time, n.digest_weekday) is distinct from (o.digest_time, o.digest_weekday)
  ) then
    perform notify_private.move_digests(null);
  end if;
  return null;
end
$$;
comment on function notify_private.tg_settings__move_digests() is
  'Another default time moves the open digests; those of people who chose their own come out as they were.';

create or replace trigger _500_move_digests after update on notify.settings
  referencing old table as old_rows new table as new_rows for each statement execute function notify_private.tg_settings__move_digests();
