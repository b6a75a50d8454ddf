create or replace function coaching_private.tg_calls__check_limits() returns trigger
language plpgsql volatile
-- Definer: whoever makes a call need not be able to count others', whose number may be the same.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.limited_user();
  number constant text := (select u.phone from notify.users as u where u.id = me);
  scheduled bigint;
begin
  if me is null then
    return null;
  elsif tg_op = 'INSERT' then
    scheduled := (select count(*) from written as w where w.status = 'pending');
  else
    -- Neither to cancel nor to change a preview, coach or topic is to schedule.
    scheduled := (
      select count(*) from written as w join outdated as o on o.id = w.id
      where w.status = 'pending' and (o.status <> 'pending' or w.scheduled_at <> o.scheduled_at)
    );
  end if;
  if scheduled = 0 then
    return null;
  end if;
  perform notify_private.use_limit('calls_scheduled', me, scheduled);
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
  referencing old table as outdated new table as written
  for each statement execute function coaching_private.tg_calls__check_limits();
