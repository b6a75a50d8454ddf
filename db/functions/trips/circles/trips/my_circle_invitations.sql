-- Not security_invoker: the circle's name is for its members, and for whom it asks. Nobody's name and no id of a person.
create or replace view trips.my_circle_invitations with (security_barrier = true) as
  select i.circle_id, c.name as circle_name, i.invited_at
  from trips.circle_invitations as i
  join trips.circles as c on c.id = i.circle_id
  where i.user_id = (select notify_hidden.current_user_id()) and i.declined_at is null;
comment on view trips.my_circle_invitations is $$
@primaryKey circle_id
Circles that ask the caller to join, until they answer with acceptCircleInvitation or declineCircleInvitation.
$$;
grant select on trips.my_circle_invitations to rowbell_user;
