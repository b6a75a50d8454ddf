create or replace function trips.join_trip(trip_id uuid) returns trips.participants
language plpgsql volatile
-- Definer: people have no grant to write here; it changes the caller's own row alone.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  participant trips.participants;
begin
  update trips.participants as p set status = 'active'
  where p.trip_id = join_trip.trip_id and p.user_id = me and p.status in ('active', 'left')
  returning * into participant;
  if not found then
    raise exception 'trip_id: there is no such trip, or you were not on it' using errcode = 'RBNFD', column = 'trip_id';
  end if;
  return participant;
end
$$;
comment on function trips.join_trip(uuid) is 'Comes back to a trip that the caller left. Who was removed is added by the leader only.';
grant execute on function trips.join_trip(uuid) to rowbell_user;
