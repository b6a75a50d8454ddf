create or replace function trips.create_trip(circle_id uuid, name text, type text default 'collaborative') returns trips.trips
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  trip trips.trips;
begin
  if (create_trip.circle_id = any (array(select trips_private.my_circle_ids()))) is not true then
    raise exception 'circle_id: there is no such circle, or you are not a member' using errcode = 'RBNFD', column = 'circle_id';
  end if;
  perform trips_private.check_text('name', create_trip.name, 120);
  if create_trip.type is null or create_trip.type not in ('collaborative', 'hosted') then
    raise exception 'type: must be collaborative or hosted' using errcode = 'RBINV', column = 'type';
  end if;
  insert into trips.trips (circle_id, name, type, creator_id, leader_id)
  values (create_trip.circle_id, create_trip.name, create_trip.type, me, me)
  returning * into trip;
  if trip.type = 'hosted' then
    insert into trips.participants (trip_id, user_id) values (trip.id, me);
  end if;
  return trip;
end
$$;
comment on function trips.create_trip(uuid, text, text) is $$
@values type TripType
Starts planning a trip in a circle of the caller's, who leads it. The circle is told. type: collaborative (the circle
travels) or hosted (only participants do).
$$;
grant execute on function trips.create_trip(uuid, text, text) to rowbell_user;
