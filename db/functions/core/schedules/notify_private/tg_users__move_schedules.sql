create or replace function notify_private.tg_users__move_schedules() returns trigger
language plpgsql volatile
-- Definer: the application that writes people has no business in schedules.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from new_rows as n join old_rows as o on o.id = n.id where n.time_zone is distinct from o.time_zone) then
    return null;
  end if;
  update notify.schedule_clocks as c
  set time_zone = m.zone, next_at = notify_private.next_occurrence(m.schedule, m.zone, pg_catalog.clock_timestamp(), c.last_on)
  from (
    select s as schedule, s.id, coalesce(n.time_zone, 'UTC') as zone
    from new_rows as n join old_rows as o on o.id = n.id
    join notify.schedules as s on s.user_id = n.id and s.time_zone is null and s.canceled_at is null
    where n.time_zone is distinct from o.time_zone
  ) as m
  where c.schedule_id = m.id and c.next_at is not null;
  return null;
end
$$;
comment on function notify_private.tg_users__move_schedules() is
  'A person''s schedules go with them to their new time zone, and do not come a second time on a local day.';

create or replace trigger _500_move_schedules after update on notify.users
  referencing old table as old_rows new table as new_rows for each statement execute function notify_private.tg_users__move_schedules();
