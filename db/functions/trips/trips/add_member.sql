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
    raise exception 'circle_id: there is no such circle, or you are not a member' using errcode = 'RBNFD';
  end if;
  if not exists (select from notify.users as u where u.id = add_member.user_id) then
    raise exception 'user_id: there is no such person' using errcode = 'RBNFD';
  end if;
  insert into trips.memberships (circle_id, user_id) values (add_member.circle_id, add_member.user_id)
  on conflict (circle_id, user_id) do nothing;
  select * into strict membership from trips.memberships as m
  where m.circle_id = add_member.circle_id and m.user_id = add_member.user_id;
  if membership.status = 'left' then
    raise exception 'user_id: left this circle, and only they themselves can come back' using errcode = 'RBCFL';
  end if;
  return membership;
end
$$;
comment on function trips.add_member(uuid, uuid) is
  'Adds somebody to a circle that the caller is in. Twice is once; who left comes back by join_circle() of their own accord only.';
grant execute on function trips.add_member(uuid, uuid) to rowbell_user;
