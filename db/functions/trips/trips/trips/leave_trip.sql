create or replace function trips.leave_trip(trip_id uuid) returns trips.participants
language plpgsql volatile
-- Definer: people have no grant to write here; it changes the caller's own row alone.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  trip trips.trips;
  participant trips.participants;
begin
  select * into participant from trips.participants as p
  where p.trip_id = leave_trip.trip_id and p.user_id = me and p.status <> 'active';
  if found then
    return participant;
  end if;
  trip := trips_private.require_trip(leave_trip.trip_id);
  if trip.leader_id = me and trip.status in ('scheduling', 'proposed', 'locked') then
    raise exception 'the leader cannot leave: cancel the trip, or let somebody else lead it first' using errcode = 'RBCFL';
  end if;
  insert into trips.participants as p (trip_id, user_id, status) values (trip.id, me, 'left')
  on conflict (trip_id, user_id) do update set status = 'left'
  returning * into participant;
  return participant;
end
$$;
comment on function trips.leave_trip(uuid) is
  'Leaves a trip that the caller may see; they hear nothing of it any more, also where the rest of their circle does. Idempotent.';
grant execute on function trips.leave_trip(uuid) to rowbell_user;
