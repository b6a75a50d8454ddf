create or replace function notify_private.tg_personal_settings__move_digests() returns trigger
language plpgsql volatile
-- Definer: whoever changes a setting has no business in digests.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  moved uuid[];
begin
  case tg_op
    when 'INSERT' then
      select pg_catalog.array_agg(n.user_id) into moved
      from new_rows as n where pg_catalog.num_nonnulls(n.digest_time, n.digest_weekday) > 0;
    when 'UPDATE' then
      select pg_catalog.array_agg(n.user_id) into moved
      from new_rows as n join old_rows as o on o.user_id = n.user_id
      where (n.digest_time, n.digest_weekday) is distinct from (o.digest_time, o.digest_weekday);
    when 'DELETE' then
      select pg_catalog.array_agg(o.user_id) into moved
      from old_rows as o where pg_catalog.num_nonnulls(o.digest_time, o.digest_weekday) > 0;
  end case;
  if moved is not null then
    perform notify_private.move_digests(moved);
  end if;
  return null;
end
$$;
comment on function notify_private.tg_personal_settings__move_digests() is
  'A digest time or weekday that changes moves the person''s open digests.';

create or replace trigger _500_move_digests_of_inserted after insert on notify.personal_settings
  referencing new table as new_rows for each statement execute function notify_private.tg_personal_settings__move_digests();
create or replace trigger _500_move_digests_of_updated after update on notify.personal_settings
  referencing old table as old_rows new table as new_rows
    for each statement execute function notify_private.tg_personal_settings__move_digests();
create or replace trigger _500_move_digests_of_deleted after delete on notify.personal_settings
  referencing old table as old_rows for each statement execute function notify_private.tg_personal_settings__move_digests();
