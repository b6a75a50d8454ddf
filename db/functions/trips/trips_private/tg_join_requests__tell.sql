create or replace function trips_private.tg_join_requests__tell() returns trigger
language plpgsql volatile
-- Definer: whoever may ask or answer need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  answered uuid[];
begin
  if tg_op = 'INSERT' then
    select pg_catalog.array_agg(n.id) into answered from written as n;
  else
    select pg_catalog.array_agg(n.id) into answered
    from written as n join outdated as o on o.id = n.id where n.status <> o.status;
  end if;
  if answered is null then
    return null;
  end if;
  insert into notify.events (type_key, actor_id, subject_type, subject_id, data)
  select
    case r.status when 'pending' then 'join_request_received' when 'approved' then 'join_request_approved' else 'join_request_rejected' end,
    case r.status when 'pending' then r.requester_id else r.decided_by end,
    'trip', r.trip_id, pg_catalog.jsonb_build_object('requesterId', r.requester_id)
  from trips.join_requests as r where r.id = any (answered);
  return null;
end
$$;
comment on function trips_private.tg_join_requests__tell() is
  'TR-8, TR-11, TR-22: somebody asks to come along, or is answered.';

create or replace trigger _900_tell_inserted
  after insert on trips.join_requests
  referencing new table as written
  for each statement execute function trips_private.tg_join_requests__tell();

create or replace trigger _900_tell
  after update on trips.join_requests
  referencing old table as outdated new table as written
  for each statement execute function trips_private.tg_join_requests__tell();
