create or replace function trips_private.tg_memberships__leave_trips() returns trigger
language plpgsql volatile
-- Definer: whoever may leave need not be able to write participants.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  delete from trips.join_requests as r
  using updated as n, outdated as o, trips.trips as t
  where o.circle_id = n.circle_id and o.user_id = n.user_id and n.status = 'left' and o.status <> 'left'
    and t.circle_id = n.circle_id and r.trip_id = t.id and r.requester_id = n.user_id and r.status = 'pending';
  update trips.participants as p set status = 'left'
  from updated as n, outdated as o, trips.trips as t
  where o.circle_id = n.circle_id and o.user_id = n.user_id and n.status = 'left' and o.status <> 'left'
    and t.circle_id = n.circle_id and t.type = 'hosted' and t.leader_id is distinct from n.user_id
    and p.trip_id = t.id and p.user_id = n.user_id and p.status = 'active';
  return null;
end
$$;
comment on function trips_private.tg_memberships__leave_trips() is
  'SE-5: whoever leaves a circle leaves its hosted trips too, but for those that they lead themselves, and asks to come along on none. '
  'On collaborative ones they travel as members alone.';

create or replace trigger _500_leave_trips
  after update on trips.memberships
  referencing old table as outdated new table as updated
  for each statement execute function trips_private.tg_memberships__leave_trips();
