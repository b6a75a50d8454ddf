create or replace function trips.add_accommodation_option(trip_id uuid, name text, url text default null)
  returns trips.accommodation_options
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  trip constant trips.trips := trips_private.require_traveled_trip(add_accommodation_option.trip_id);
  option trips.accommodation_options;
begin
  if trip.status in ('canceled', 'completed') then
    raise exception 'trip_id: this trip is over' using errcode = 'RBCFL', column = 'trip_id';
  end if;
  perform trips_private.check_text('name', add_accommodation_option.name, 200);
  if add_accommodation_option.url !~ '^https?://\S+$' or length(add_accommodation_option.url) > 2000 then
    raise exception 'url: must begin with http:// or https:// and have at most 2000 characters' using errcode = 'RBINV', column = 'url';
  end if;
  insert into trips.accommodation_options (trip_id, contributor_id, name, url)
  values (trip.id, me, add_accommodation_option.name, add_accommodation_option.url) returning * into option;
  return option;
end
$$;
comment on function trips.add_accommodation_option(uuid, text, text) is
  'Adds somewhere to stay to a trip that the caller travels on.';
grant execute on function trips.add_accommodation_option(uuid, text, text) to rowbell_user;
