create or replace function trips.accept_circle_invitation(circle_id uuid) returns trips.memberships
language plpgsql volatile
-- Definer: people have no grant to write here; it makes a row of the caller's.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  membership trips.memberships;
begin
  -- Also one that was declined: that is the caller's own to take back.
  insert into trips.memberships (circle_id, user_id)
  select i.circle_id, me from trips.circle_invitations as i where i.circle_id = accept_circle_invitation.circle_id and i.user_id = me
  on conflict (circle_id, user_id) do nothing;
  select * into membership from trips.memberships as m
  where m.circle_id = accept_circle_invitation.circle_id and m.user_id = me and m.status = 'active';
  if not found then
    raise exception 'circle_id: there is no such circle, or nobody has asked you into it' using errcode = 'RBNFD', column = 'circle_id';
  end if;
  return membership;
end
$$;
comment on function trips.accept_circle_invitation(uuid) is
  'Joins a circle that the caller was asked into: from now on they see and hear what its members do. Twice is once.';
grant execute on function trips.accept_circle_invitation(uuid) to rowbell_user;
