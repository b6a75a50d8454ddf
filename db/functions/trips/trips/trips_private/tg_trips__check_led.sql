create or replace function trips_private.tg_trips__check_led() returns trigger
language plpgsql volatile
-- Definer: whoever may lead a trip need not be able to count.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  leaders uuid[];
  leader uuid;
begin
  if notify_private.limited_user() is null then
    return null;
  end if;
  if tg_op = 'INSERT' then
    leaders := array(select distinct n.leader_id from written as n where n.leader_id is not null order by 1);
  else
    leaders := array(
      select distinct n.leader_id from written as n join outdated as o on o.id = n.id
      where n.leader_id is distinct from o.leader_id and n.leader_id is not null
      order by 1
    );
  end if;
  foreach leader in array leaders loop
    -- Two that give one person trips to lead take turns.
    perform pg_advisory_xact_lock(hashtextextended('trips_led ' || leader, 0));
    perform notify_private.check_limit('trips_led', (
      select count(*) from trips.trips as t where t.leader_id = leader and t.status in ('scheduling', 'proposed', 'locked')
    ));
  end loop;
  return null;
end
$$;
comment on function trips_private.tg_trips__check_led() is
  'SE-5: how many trips to come a person may lead, started or handed over by people. What services write is not counted.';

create or replace trigger _510_check_led_inserted
  after insert on trips.trips
  referencing new table as written
  for each statement execute function trips_private.tg_trips__check_led();

create or replace trigger _510_check_led
  after update on trips.trips
  referencing old table as outdated new table as written
  for each statement execute function trips_private.tg_trips__check_led();
