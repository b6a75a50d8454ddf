create or replace function trips.leave_circle(circle_id uuid) returns trips.memberships
language plpgsql volatile
-- Definer: people have no grant to write here; it changes the caller's own row alone.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  membership trips.memberships;
begin
  -- As leave_trip() says of one trip. All that the caller travels on, or asked to come along on, are locked, and then asked who leads
  -- them: a hand-over to the caller, or an approval, that is under way is waited for, and whoever would begin one finds them gone.
  perform from trips.trips as t
  where t.circle_id = leave_circle.circle_id and t.status in ('scheduling', 'proposed', 'locked') and (
    t.id = any (array(select trips_private.my_trip_ids()))
    or exists (select from trips.join_requests as r where r.trip_id = t.id and r.requester_id = me and r.status = 'pending')
  )
  order by t.id for no key update;
  if exists (
    select from trips.trips as t
    where t.circle_id = leave_circle.circle_id and t.leader_id = me and t.type = 'collaborative'
      and t.status in ('scheduling', 'proposed', 'locked')
      and t.id = any (array(select trips_private.my_trip_ids()))
  ) then
    raise exception 'circle_id: you lead a trip of it: cancel the trip, or let somebody else lead it first'
      using errcode = 'RBCFL', column = 'circle_id';
  end if;
  update trips.memberships as m set status = 'left'
  where m.circle_id = leave_circle.circle_id and m.user_id = me
  returning * into membership;
  if not found then
    raise exception 'circle_id: there is no such circle, or you are not a member' using errcode = 'RBNFD', column = 'circle_id';
  end if;
  return membership;
end
$$;
comment on function trips.leave_circle(uuid) is
  'Leaves a circle, and with it the trips it plans: the caller hears nothing of them any more. Who leads a collaborative one hands it '
  'over first; hosted ones that the caller leads stay theirs. Idempotent.';
grant execute on function trips.leave_circle(uuid) to rowbell_user;
