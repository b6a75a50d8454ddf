create or replace function trips_private.share_circle(a uuid, b uuid) returns boolean
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from trips.memberships as m join trips.memberships as o on o.circle_id = m.circle_id
    where m.user_id = a and m.status = 'active' and o.user_id = b and o.status = 'active'
  )
$$;
comment on function trips_private.share_circle(uuid, uuid) is
  'Whether two people are members of the same circle, hence have both agreed to hear of each other. All others are strangers here.';
