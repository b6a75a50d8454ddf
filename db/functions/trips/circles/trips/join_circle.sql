create or replace function trips.join_circle(circle_id uuid) returns trips.memberships
language plpgsql volatile
-- Definer: people have no grant to write here; it changes the caller's own row alone.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  membership trips.memberships;
begin
  update trips.memberships as m set status = 'active'
  where m.circle_id = join_circle.circle_id and m.user_id = me
  returning * into membership;
  if not found then
    return trips.accept_circle_invitation(join_circle.circle_id);
  end if;
  return membership;
end
$$;
comment on function trips.join_circle(uuid) is
  'Comes back to a circle that the caller left, or accepts an invitation to it. '
  'Who was never in it is asked by a member: knowing an id is no invitation.';
grant execute on function trips.join_circle(uuid) to rowbell_user;
