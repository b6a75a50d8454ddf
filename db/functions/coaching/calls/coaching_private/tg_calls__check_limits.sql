create or replace function coaching_private.tg_calls__check_limits() returns trigger
language plpgsql volatile
-- Definer: whoever makes a call need not be able to count others', whose number may be the same.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.counted_person();
  number constant text := (select u.phone from notify.users as u where u.id = me);
begin
  -- To cancel is always allowed.
  if me is null or not exists (select from written as w where w.status = 'pending') then
    return null;
  end if;
  perform notify_private.use_limit('calls_scheduled', me, (select count(*) from written as w where w.status = 'pending'));
  -- Two at once with one number take turns.
  perform pg_advisory_xact_lock(hashtextextended('pending_calls ' || coalesce(number, me::text), 0));
  perform notify_private.check_limit('pending_calls', (
    select count(*) from coaching.calls as c
    where c.status = 'pending' and c.user_id in (select u.id from notify.users as u where u.id = me or u.phone = number)
  ));
  return null;
end
$$;
comment on function coaching_private.tg_calls__check_limits() is
  'SE-6: how many calls a person may set in a day, and how many may be to come to them '
  'and to everybody with their number. Services and daily schedules make theirs without.';

create or replace trigger _200_check_limits
  after insert on coaching.calls
  referencing new table as written
  for each statement execute function coaching_private.tg_calls__check_limits();
create or replace trigger _200_check_limits_moved
  after update on coaching.calls
  referencing new table as written
  for each statement execute function coaching_private.tg_calls__check_limits();
