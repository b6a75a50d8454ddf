create or replace function coaching_private.tg_call_schedules__begin() returns trigger
language plpgsql volatile
-- Definer: the person's time zone is not everyone's to read.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  new.next_at := notify_private.next_local(
    new.local_time, null, (select coalesce(u.time_zone, 'UTC') from notify.users as u where u.id = new.user_id), pg_catalog.now());
  return new;
end
$$;
comment on function coaching_private.tg_call_schedules__begin() is
  'A new schedule begins with the next instant at which its person''s clock shows the time.';

create or replace trigger _100_begin
  before insert on coaching.call_schedules
  for each row execute function coaching_private.tg_call_schedules__begin();
