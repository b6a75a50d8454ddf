create or replace function notify_private.tg_users__move_digests() returns trigger
language plpgsql volatile
-- Definer: the application that writes people has no business in digests.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  moved uuid[];
begin
  select pg_catalog.array_agg(n.id) into moved
  from new_rows as n join old_rows as o on o.id = n.id
  where n.time_zone is distinct from o.time_zone;
  if moved is not null then
    perform notify_private.move_digests(moved);
  end if;
  return null;
end
$$;
comment on function notify_private.tg_users__move_digests() is 'Open digests go with the person to their new time zone.';

create or replace trigger _500_move_digests after update on notify.users
  referencing old table as old_rows new table as new_rows for each statement execute function notify_private.tg_users__move_digests();
