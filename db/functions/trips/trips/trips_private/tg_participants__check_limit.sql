create or replace function trips_private.tg_participants__check_limit() returns trigger
language plpgsql volatile
-- Definer: whoever may make participants need not be able to count.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if notify_private.limited_user() is null then
    return null;
  end if;
  -- The lock under which it is counted: two who add at once take turns. In id order, hence no deadlock.
  perform from trips.trips as t
  where t.type = 'hosted' and t.id in (select n.trip_id from written as n where n.status = 'active') order by t.id for no key update;
  perform notify_private.check_limit('trip_participants', (
    select count(*) from trips.participants as p where p.trip_id = t.id and p.status = 'active'
  ))
  from trips.trips as t
  where t.type = 'hosted' and t.id in (select n.trip_id from written as n where n.status = 'active');
  return null;
end
$$;
comment on function trips_private.tg_participants__check_limit() is
  'SE-5: how many may be on a hosted trip; on a collaborative one they are as many as in its circle. What services write is not counted.';

create or replace trigger _510_check_limit_inserted
  after insert on trips.participants
  referencing new table as written
  for each statement execute function trips_private.tg_participants__check_limit();

create or replace trigger _510_check_limit
  after update on trips.participants
  referencing new table as written
  for each statement execute function trips_private.tg_participants__check_limit();
