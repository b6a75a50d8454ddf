create or replace function trips.add_member(circle_id uuid, user_id uuid) returns trips.memberships
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  membership trips.memberships;
begin
  if (add_member.circle_id = any (array(select trips_private.my_circle_ids()))) is not true then
    raise exception 'circle_id: there is no such circle, or you are not a member' using errcode = 'RBNFD', column = 'circle_id';
  end if;
  if add_member.user_id is null then
    raise exception 'user_id: there is no such person' using errcode = 'RBNFD', column = 'user_id';
  end if;
  if trips_private.share_circle(me, add_member.user_id) and not exists (
    select from trips.circle_invitations as i
    where i.circle_id = add_member.circle_id and i.user_id = add_member.user_id and i.declined_at is not null
  ) then
    insert into trips.memberships (circle_id, user_id) values (add_member.circle_id, add_member.user_id)
    on conflict (circle_id, user_id) do nothing;
  end if;
  select * into membership from trips.memberships as m
  where m.circle_id = add_member.circle_id and m.user_id = add_member.user_id;
  if membership.status = 'left' then
    raise exception 'user_id: left this circle, and only they themselves can come back' using errcode = 'RBCFL', column = 'user_id';
  end if;
  if found then
    return membership;
  end if;
  insert into trips.circle_invitations (circle_id, user_id, invited_by) values (add_member.circle_id, add_member.user_id, me)
  on conflict (circle_id, user_id) do nothing;
  -- The same answer for somebody, for nobody, and for who said no.
  membership.circle_id := add_member.circle_id;
  membership.user_id := add_member.user_id;
  membership.status := 'pending';
  membership.joined_at := pg_catalog.now();
  return membership;
end
$$;
comment on function trips.add_member(uuid, uuid) is
  'Adds somebody to a circle that the caller is in: at once, where both share a circle already; else they are '
  'asked, and are pending until they accept. Twice is once; who left or declined comes of their own accord only.';
grant execute on function trips.add_member(uuid, uuid) to rowbell_user;
