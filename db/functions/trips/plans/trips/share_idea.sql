create or replace function trips.share_idea(trip_id uuid, title text) returns trips.itinerary_ideas
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  trip constant trips.trips := trips_private.require_traveled_trip(share_idea.trip_id);
  idea trips.itinerary_ideas;
begin
  if trip.status in ('canceled', 'completed') then
    raise exception 'trip_id: this trip is over' using errcode = 'RBCFL', column = 'trip_id';
  end if;
  perform trips_private.check_text('title', share_idea.title, 500);
  insert into trips.itinerary_ideas (trip_id, author_id, title) values (trip.id, me, share_idea.title) returning * into idea;
  return idea;
end
$$;
comment on function trips.share_idea(uuid, text) is
  'Shares an idea for a trip that the caller travels on; the trips first one tells the others.';
grant execute on function trips.share_idea(uuid, text) to rowbell_user;
