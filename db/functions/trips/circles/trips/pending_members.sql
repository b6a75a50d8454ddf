-- Not security_invoker, for the reason given at trips.travelers. Whether somebody declined does not show.
create or replace view trips.pending_members with (security_barrier = true) as
  select i.circle_id, i.user_id, i.invited_at
  from trips.circle_invitations as i
  where i.circle_id = any (array(select trips_private.my_circle_ids()));
comment on view trips.pending_members is $$
@primaryKey circle_id,user_id
@foreignKey (circle_id) references trips.circles (id)|@fieldName circle|@foreignFieldName pendingMembers
Who was asked into the caller's circles and has not joined. Ids as they were given, without names: there may be nobody behind one.
$$;
grant select on trips.pending_members to rowbell_user;
