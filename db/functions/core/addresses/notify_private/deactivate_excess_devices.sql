create or replace function notify_private.deactivate_excess_devices(user_id uuid, kept uuid default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  excess bigint;
begin
  -- Two at once take turns, so that each counts what the other added.
  perform from notify.users as u where u.id = user_id for no key update;
  select count(*) - l.at_most into strict excess
  from notify.limits as l left join notify.devices as d on d.user_id = user_id and d.deactivated_at is null
  where l.key = 'devices' group by l.at_most;
  if excess > 0 then
    update notify.devices as d set deactivated_at = clock_timestamp(), deactivation_reason = 'too_many_devices'
    where d.id = any (array(
      select x.id from notify.devices as x
      where x.user_id = user_id and x.deactivated_at is null and x.id is distinct from kept
      order by x.seen_at, x.id limit excess
      -- One that somebody holds is on its way to another person or out already.
      for update skip locked
    ));
  end if;
end
$$;
comment on function notify_private.deactivate_excess_devices(uuid, uuid) is
  'Deactivates the devices that a person has beyond the limit "devices": those without contact for longest, never the one just registered.';
