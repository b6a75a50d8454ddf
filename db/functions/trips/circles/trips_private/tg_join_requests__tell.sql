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
    r.type_key, case r.status when 'pending' then r.requester_id else r.decided_by end,
    'trip', r.trip_id, pg_catalog.jsonb_build_object('requesterId', r.requester_id)
  from (
    select r.*, case
      when r.status <> 'pending' then 'join_request_' || r.status
      when trips_private.share_circle(r.requester_id, l.user_id) then 'join_request_received'
      when l.user_id is null or notify_private.take_limit('strangers_heard', l.user_id) then 'join_request_from_stranger'
    end as type_key
    from trips.join_requests as r left join trips_private.leaders as l on l.trip_id = r.trip_id
    where r.id = any (answered)
    -- In order of the leaders, whose limits are taken.
    order by l.user_id, r.id offset 0
  ) as r
  where r.type_key is not null;
  return null;
end
$$;
comment on function trips_private.tg_join_requests__tell() is
  'TR-8, TR-11, TR-22: somebody asks to come along, or is answered. SE-5: a stranger to the '
  'leader asks as P1, and silently once the leader has heard of as many as they may in a day.';

create or replace trigger _900_tell_inserted
  after insert on trips.join_requests
  referencing new table as written
  for each statement execute function trips_private.tg_join_requests__tell();

create or replace trigger _900_tell
  after update on trips.join_requests
  referencing old table as outdated new table as written
  for each statement execute function trips_private.tg_join_requests__tell();
