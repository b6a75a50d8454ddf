-- Not security_invoker: names come from notify.users, where people may read their own row only. What may be seen is said
-- here instead: a name, and only of whom one travels with. security_barrier, so that no condition of the caller's runs
-- on rows that are not theirs to see.
create or replace view trips.travelers with (security_barrier = true) as
  select a.trip_id, a.user_id, u.name
  from trips_private.active_travelers as a
  join notify.users as u on u.id = a.user_id
  where a.trip_id = any (array(select trips_private.my_trip_ids()));
comment on view trips.travelers is $$
@nullable name
@primaryKey trip_id,user_id
@foreignKey (trip_id) references trips.trips (id)|@fieldName trip|@foreignFieldName travelers
Who travels, by name: the active travelers of the trips that the caller travels on.
$$;
grant select on trips.travelers to rowbell_user;
