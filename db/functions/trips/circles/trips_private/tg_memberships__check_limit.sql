create or replace function trips_private.tg_memberships__check_limit() returns trigger
language plpgsql volatile
-- Definer: whoever may make members need not be able to count.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if notify_private.limited_user() is null then
    return null;
  end if;
  perform trips_private.check_circle_size(array(select n.circle_id from written as n where n.status = 'active'));
  -- A person's own joining is counted under the lock of their use of the limit "memberships".
  perform notify_private.check_limit('circles_at_a_time', (
    select count(*) from trips.memberships as m where m.user_id = n.user_id and m.status = 'active'
  ))
  from written as n where n.status = 'active';
  return null;
end
$$;
comment on function trips_private.tg_memberships__check_limit() is
  'SE-5: how many members a circle may have, and how many circles a person. What services write is not counted.';

create or replace trigger _510_check_limit_inserted
  after insert on trips.memberships
  referencing new table as written
  for each statement execute function trips_private.tg_memberships__check_limit();

create or replace trigger _510_check_limit
  after update on trips.memberships
  referencing new table as written
  for each statement execute function trips_private.tg_memberships__check_limit();
