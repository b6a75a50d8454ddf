create or replace function trips.select_accommodation(accommodation_option_id uuid) returns trips.trips
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  option trips.accommodation_options;
  trip trips.trips;
begin
  select o.* into option from trips.accommodation_options as o
  where o.id = select_accommodation.accommodation_option_id and o.trip_id = any (array(select trips_private.my_trip_ids()));
  if not found then
    raise exception 'accommodation_option_id: there is no such option, or you may not see it'
      using errcode = 'RBNFD', column = 'accommodation_option_id';
  end if;
  trip := trips_private.require_led_trip(option.trip_id);
  if trip.status in ('canceled', 'completed') then
    raise exception 'trip_id: this trip is over' using errcode = 'RBCFL', column = 'trip_id';
  end if;
  if trip.selected_accommodation_id is distinct from option.id then
    update trips.trips as t set selected_accommodation_id = option.id where t.id = trip.id returning * into trip;
  end if;
  return trip;
end
$$;
comment on function trips.select_accommodation(uuid) is
  'The leader says where they stay; all are told. The same again changes nothing.';
grant execute on function trips.select_accommodation(uuid) to rowbell_user;
