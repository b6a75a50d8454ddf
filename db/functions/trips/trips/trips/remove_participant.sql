create or replace function trips.remove_participant(trip_id uuid, user_id uuid) returns trips.participants
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  trip constant trips.trips := trips_private.require_trip(remove_participant.trip_id);
  participant trips.participants;
begin
  if trip.leader_id is distinct from me then
    raise exception 'only the trip''s leader can remove people from it' using errcode = 'RBFBD';
  end if;
  if remove_participant.user_id = me then
    raise exception 'user_id: the leader cannot be removed' using errcode = 'RBCFL', column = 'user_id';
  end if;
  if not exists (
    select from trips_private.active_travelers as a where a.trip_id = trip.id and a.user_id = remove_participant.user_id
    union all
    select from trips.participants as p where p.trip_id = trip.id and p.user_id = remove_participant.user_id
  ) then
    raise exception 'user_id: does not travel on this trip' using errcode = 'RBNFD', column = 'user_id';
  end if;
  insert into trips.participants as p (trip_id, user_id, status) values (trip.id, remove_participant.user_id, 'removed')
  on conflict (trip_id, user_id) do update set status = 'removed'
  returning * into participant;
  return participant;
end
$$;
comment on function trips.remove_participant(uuid, uuid) is
  'The leader removes somebody from a trip: they see and hear nothing of it any more. Idempotent.';
grant execute on function trips.remove_participant(uuid, uuid) to rowbell_user;
