create or replace function coaching_private.tg_call_schedules__check_limit() returns trigger
language plpgsql volatile
-- Definer: whoever makes a schedule need not be able to read the limits.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.limited_user();
begin
  if me is not null then
    -- The lock makes it exact: two at once take turns.
    perform from notify.users as u where u.id = me for no key update;
    perform notify_private.check_limit('call_schedules', (select count(*) from coaching.call_schedules as s where s.user_id = me));
  end if;
  return null;
end
$$;
comment on function coaching_private.tg_call_schedules__check_limit() is
  'SE-14: how many schedules a person may have; services make as many as they want.';

create or replace trigger _200_check_limit
  after insert on coaching.call_schedules
  for each statement execute function coaching_private.tg_call_schedules__check_limit();
