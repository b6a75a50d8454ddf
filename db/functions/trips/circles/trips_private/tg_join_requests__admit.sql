create or replace function trips_private.tg_join_requests__admit() returns trigger
language plpgsql volatile
-- Definer: whoever may approve need not be able to write participants.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  approved uuid[];
begin
  if tg_op = 'INSERT' then
    select pg_catalog.array_agg(n.id) into approved from written as n where n.status = 'approved';
  else
    select pg_catalog.array_agg(n.id) into approved
    from written as n join outdated as o on o.id = n.id where n.status = 'approved' and o.status <> 'approved';
  end if;
  if approved is null then
    return null;
  end if;
  -- Who travels on a collaborative trip is the circle's business, so there an approval is a place in the circle, too. The
  -- request is the requester's own accord: it brings back who had left.
  insert into trips.memberships as m (circle_id, user_id)
  select distinct t.circle_id, r.requester_id
  from trips.join_requests as r join trips.trips as t on t.id = r.trip_id
  where r.id = any (approved) and t.type = 'collaborative'
  order by 1, 2
  on conflict (circle_id, user_id) do update set status = 'active' where m.status <> 'active';
  insert into trips.participants as p (trip_id, user_id)
  select distinct r.trip_id, r.requester_id from trips.join_requests as r where r.id = any (approved)
  order by 1, 2
  on conflict (trip_id, user_id) do update set status = 'active' where p.status <> 'active';
  return null;
end
$$;
comment on function trips_private.tg_join_requests__admit() is
  'Whose request becomes approved travels, whoever approved it.';

create or replace trigger _500_admit_inserted
  after insert on trips.join_requests
  referencing new table as written
  for each statement execute function trips_private.tg_join_requests__admit();

create or replace trigger _500_admit
  after update on trips.join_requests
  referencing old table as outdated new table as written
  for each statement execute function trips_private.tg_join_requests__admit();
