create or replace function trips.generate_packing_list(trip_id uuid, titles text[]) returns trips.packing_lists
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  trip constant trips.trips := trips_private.require_traveled_trip(generate_packing_list.trip_id);
  list trips.packing_lists;
begin
  if trip.status in ('canceled', 'completed') then
    raise exception 'trip_id: this trip is over' using errcode = 'RBCFL', column = 'trip_id';
  end if;
  if coalesce(pg_catalog.cardinality(generate_packing_list.titles), 0) not between 1 and 200 then
    raise exception 'titles: must be 1 to 200' using errcode = 'RBINV', column = 'titles';
  end if;
  perform trips_private.check_text('titles', t.title, 200) from unnest(generate_packing_list.titles) as t (title);
  insert into trips.packing_lists (trip_id) values (trip.id) returning * into list;
  insert into trips.trip_items (trip_id, kind, title, packing_list_id)
  select trip.id, 'packing', t.title, list.id from unnest(generate_packing_list.titles) with ordinality as t (title, place)
    order by t.place;
  return list;
end
$$;
comment on function trips.generate_packing_list(uuid, text[]) is
  'Makes a packing list for a trip that the caller travels on.';
grant execute on function trips.generate_packing_list(uuid, text[]) to rowbell_user;
