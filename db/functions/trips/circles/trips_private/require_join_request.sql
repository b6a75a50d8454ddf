create or replace function trips_private.require_join_request(id uuid) returns trips.join_requests
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  request trips.join_requests;
  trip trips.trips;
begin
  select r.* into request from trips.join_requests as r
  where r.id = require_join_request.id and r.trip_id = any (array(select trips_private.my_visible_trip_ids()));
  if not found then
    raise exception 'join_request_id: there is no such request, or you may not see it' using errcode = 'RBNFD', column = 'join_request_id';
  end if;
  trip := trips_private.require_led_trip(request.trip_id);
  -- Once more, now that the trip is locked: somebody may have answered meanwhile.
  select r.* into strict request from trips.join_requests as r where r.id = request.id for no key update;
  return request;
end
$$;
comment on function trips_private.require_join_request(uuid) is
  'A request to join a trip that the current user leads, both locked until the transaction ends; raises RBNFD or RBFBD.';
