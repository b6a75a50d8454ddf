create or replace function trips.request_to_join(trip_id uuid) returns trips.join_requests
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  trip constant trips.trips := trips_private.require_trip(request_to_join.trip_id);
  request trips.join_requests;
begin
  if trip.status in ('canceled', 'completed') then
    raise exception 'trip_id: this trip is over' using errcode = 'RBCFL', column = 'trip_id';
  end if;
  if exists (select from trips_private.active_travelers as a where a.trip_id = trip.id and a.user_id = me) then
    raise exception 'trip_id: you travel on this trip already' using errcode = 'RBCFL', column = 'trip_id';
  end if;
  insert into trips.join_requests (trip_id, requester_id) values (trip.id, me)
  on conflict (trip_id, requester_id) where status = 'pending' do nothing;
  if found then
    perform notify_private.check_limit('open_join_requests', (
      select pg_catalog.count(*) from trips.join_requests as r where r.requester_id = me and r.status = 'pending'
    ));
  end if;
  select * into strict request from trips.join_requests as r
  where r.trip_id = trip.id and r.requester_id = me and r.status = 'pending';
  return request;
end
$$;
comment on function trips.request_to_join(uuid) is
  'Asks to come along on a hosted trip of a circle of the callers; the leader is told. Asking twice is one request.';
grant execute on function trips.request_to_join(uuid) to rowbell_user;
