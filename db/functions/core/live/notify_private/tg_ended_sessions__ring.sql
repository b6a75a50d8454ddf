create or replace function notify_private.tg_ended_sessions__ring() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  perform notify_private.ring('s', array_agg(distinct_people.user_id),
    array_agg('00000000-0000-0000-0000-000000000000'::uuid))
  from (select distinct e.user_id from ended as e) as distinct_people;
  return null;
end
$$;
comment on function notify_private.tg_ended_sessions__ring() is
  'Sessions ended: API processes close their sockets (SE-13). Which they were is asked in live_refused(), because ids of sessions '
  'are not for everybody who listens.';

create or replace trigger _950_ring
  after insert on notify_private.ended_sessions
  referencing new table as ended
  for each statement execute function notify_private.tg_ended_sessions__ring();
