create or replace function trips_private.check_circle_size(circle_ids uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  -- The lock under which it is counted: two who add at once take turns. In id order, hence no deadlock.
  perform from trips.circles as c where c.id = any (circle_ids) order by c.id for no key update;
  perform notify_private.check_limit('circle_members', (
    select count(*) from trips.memberships as m where m.circle_id = c.id and m.status = 'active'
  ) + (
    select count(*) from trips.circle_invitations as i where i.circle_id = c.id
  ))
  from trips.circles as c where c.id = any (circle_ids);
end
$$;
comment on function trips_private.check_circle_size(uuid[]) is
  'Raises RBLIM where one of these circles has more members, and people asked to be, than a circle may have.';
