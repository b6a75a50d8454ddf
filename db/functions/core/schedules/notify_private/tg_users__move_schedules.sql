create or replace function notify_private.tg_users__move_schedules() returns trigger
language plpgsql volatile
-- Definer: the application that writes people has no business in schedules.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  -- "Except" is by hash or sort, however many there are and were when this was planned; a join of old and new rows may be a nested loop.
  people constant uuid[] := array(
    select x.id from (select n.id, n.time_zone from new_rows as n except select o.id, o.time_zone from old_rows as o) as x
  );
  moved uuid[];
begin
  if pg_catalog.cardinality(people) = 0 then
    return null;
  end if;
  moved := array(
    select s.id from notify.schedules as s where s.user_id = any (people) and s.time_zone is null and s.canceled_at is null order by s.id
  );
  update notify.schedule_clocks as c
  set time_zone = m.zone, next_at = notify_private.next_occurrence(m.schedule, m.zone, pg_catalog.clock_timestamp(), c.last_on)
  from (
    select s as schedule, s.id, coalesce(u.time_zone, 'UTC') as zone
    from notify.schedules as s join notify.users as u on u.id = s.user_id
    where s.id = any (moved)
  ) as m
  where c.schedule_id = any (moved) and c.schedule_id = m.id and c.next_at is not null;
  return null;
end
$$;
comment on function notify_private.tg_users__move_schedules() is
  'A person''s schedules go with them to their new time zone, and do not come a second time on a local day.';

create or replace trigger _500_move_schedules after update on notify.users
  referencing old table as old_rows new table as new_rows for each statement execute function notify_private.tg_users__move_schedules();
