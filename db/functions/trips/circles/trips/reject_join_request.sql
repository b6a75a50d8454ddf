create or replace function trips.reject_join_request(join_request_id uuid) returns trips.join_requests
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  request trips.join_requests := trips_private.require_join_request(reject_join_request.join_request_id);
begin
  if request.status not in ('pending', 'rejected') then
    raise exception 'join_request_id: this request was answered otherwise' using errcode = 'RBCFL', column = 'join_request_id';
  end if;
  if request.status = 'pending' then
    update trips.join_requests as r set status = 'rejected', decided_by = me where r.id = request.id returning * into request;
  end if;
  return request;
end
$$;
comment on function trips.reject_join_request(uuid) is
  'The leader declines somebodys request. Idempotent.';
grant execute on function trips.reject_join_request(uuid) to rowbell_user;
