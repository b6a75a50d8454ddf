-- Here alone somebody counts who may not travel: the leader of a hosted trip that a service inserted without participants.
create or replace view trips_private.leaders as
  select t.id as trip_id, t.leader_id as user_id
  from trips.trips as t
  where exists (select from trips_private.active_travelers as a where a.trip_id = t.id and a.user_id = t.leader_id)
    or exists (select from trips_private.companions as c where c.trip_id = t.id and c.user_id = t.leader_id);
comment on view trips_private.leaders is
  'Who leads each trip, unless they left it, were removed from it or left the circle: then nobody is told what is the leader''s to know.';
