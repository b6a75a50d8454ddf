create or replace function trips_private.tg_itinerary_ideas__tell_first() returns trigger
language plpgsql volatile
-- Definer: whoever may share ideas need not be able to change the trip or insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select from inserted as i join trips.trips as t on t.id = i.trip_id where t.first_idea_at is null
  ) then
    return null;
  end if;
  -- The claim is explained at tg_date_windows__tell_first().
  with unclaimed as (
    select t.id from trips.trips as t
    where t.id in (select i.trip_id from inserted as i) and t.first_idea_at is null
    order by t.id for no key update
  ),
  claimed as (
    update trips.trips as t set first_idea_at = pg_catalog.now()
    from unclaimed as u where t.id = u.id
    returning t.id
  )
  insert into notify.events (type_key, actor_id, subject_type, subject_id, data)
  select distinct on (i.trip_id)
    'first_idea_contributed', i.author_id, 'trip', i.trip_id, pg_catalog.jsonb_build_object('ideaId', i.id)
  from claimed as c join inserted as i on i.trip_id = c.id
  order by i.trip_id, i.id;
  return null;
end
$$;
comment on function trips_private.tg_itinerary_ideas__tell_first() is
  'TR-14: the first idea of a trip, once in its life, however many sessions share one at the same instant.';

create or replace trigger _900_tell_first
  after insert on trips.itinerary_ideas
  referencing new table as inserted
  for each statement execute function trips_private.tg_itinerary_ideas__tell_first();
