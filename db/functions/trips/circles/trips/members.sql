-- Not security_invoker, for the reason given at trips.travelers.
create or replace view trips.members with (security_barrier = true) as
  select m.circle_id, m.user_id, u.name
  from trips.memberships as m
  join notify.users as u on u.id = m.user_id
  where m.status = 'active' and m.circle_id = any (array(select trips_private.my_circle_ids()));
comment on view trips.members is $$
@nullable name
@primaryKey circle_id,user_id
@foreignKey (circle_id) references trips.circles (id)|@fieldName circle|@foreignFieldName members
Who is in a circle, by name: the active members of the caller's circles.
$$;
grant select on trips.members to rowbell_user;
