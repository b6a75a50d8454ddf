create or replace function trips.approve_join_request(join_request_id uuid) returns trips.join_requests
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  request trips.join_requests := trips_private.require_join_request(approve_join_request.join_request_id);
begin
  if request.status not in ('pending', 'approved') then
    raise exception 'join_request_id: this request was answered otherwise' using errcode = 'RBCFL', column = 'join_request_id';
  end if;
  if request.status = 'pending' then
    if exists (select from trips.trips as t where t.id = request.trip_id and t.status in ('canceled', 'completed')) then
      raise exception 'join_request_id: this trip is over' using errcode = 'RBCFL', column = 'join_request_id';
    end if;
    update trips.join_requests as r set status = 'approved', decided_by = me where r.id = request.id returning * into request;
  end if;
  return request;
end
$$;
comment on function trips.approve_join_request(uuid) is
  'The leader lets somebody come along, who is told and travels from now on. Idempotent.';
grant execute on function trips.approve_join_request(uuid) to rowbell_user;
