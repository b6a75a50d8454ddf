create or replace function trips.add_participant(trip_id uuid, user_id uuid) returns trips.participants
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  trip constant trips.trips := trips_private.require_trip(add_participant.trip_id);
  participant trips.participants;
begin
  if trip.leader_id is distinct from me then
    raise exception 'only the trip''s leader can add people to it' using errcode = 'RBFBD';
  end if;
  if not exists (
    select from trips.memberships as m
    where m.circle_id = trip.circle_id and m.user_id = add_participant.user_id and m.status = 'active'
  ) then
    raise exception 'user_id: is not a member of the trip''s circle' using errcode = 'RBNFD', column = 'user_id';
  end if;
  insert into trips.participants as p (trip_id, user_id) values (trip.id, add_participant.user_id)
  on conflict (trip_id, user_id) do update set status = 'active' where p.status = 'removed';
  select * into strict participant from trips.participants as p
  where p.trip_id = trip.id and p.user_id = add_participant.user_id;
  if participant.status = 'left' then
    raise exception 'user_id: left this trip, and only they themselves can come back' using errcode = 'RBCFL', column = 'user_id';
  end if;
  return participant;
end
$$;
comment on function trips.add_participant(uuid, uuid) is
  'The leader takes somebody of the circle along, also one removed before. Twice is once; who left comes back by join_trip() only.';
grant execute on function trips.add_participant(uuid, uuid) to rowbell_user;
