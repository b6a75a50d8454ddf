create or replace function trips_private.tg_memberships__tell_left() returns trigger
language plpgsql volatile
-- Definer: whoever may leave need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  leavings trips_private.leaving[];
begin
  select pg_catalog.array_agg(l::trips_private.leaving) into leavings
  from (
    select t.id as trip_id, n.user_id
    from updated as n
    join outdated as o on o.circle_id = n.circle_id and o.user_id = n.user_id
    join trips.trips as t on t.circle_id = n.circle_id
    where n.status = 'left' and o.status <> 'left' and t.type = 'collaborative'
      and not exists (
        select from trips.participants as p where p.trip_id = t.id and p.user_id = n.user_id and p.status in ('left', 'removed')
      )
  ) as l;
  if leavings is null then
    return null;
  end if;
  perform trips_private.tell_left(leavings);
  perform trips_private.nudge(array(select distinct l.trip_id from unnest(leavings) as l));
  return null;
end
$$;
comment on function trips_private.tg_memberships__tell_left() is
  'TR-20: somebody left a circle, and with it those of its collaborative trips that they were on.';

create or replace trigger _900_tell_left
  after update on trips.memberships
  referencing old table as outdated new table as updated
  for each statement execute function trips_private.tg_memberships__tell_left();
