create or replace function trips_private.tg_date_windows__tell_first() returns trigger
language plpgsql volatile
-- Definer: whoever may suggest dates need not be able to change the trip or insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select from inserted as i join trips.trips as t on t.id = i.trip_id where t.first_dates_at is null
  ) then
    return null;
  end if;
  -- "Is there an earlier window?" would be answered with no in every one of several sessions that suggest at once. Setting
  -- the column is a claim that only one can win: the others wait for its commit and then find it set (or, in a stricter
  -- isolation level, fail and are tried again). In id order, so that statements over several trips do not deadlock.
  with unclaimed as (
    select t.id from trips.trips as t
    where t.id in (select i.trip_id from inserted as i) and t.first_dates_at is null
    order by t.id for no key update
  ),
  claimed as (
    update trips.trips as t set first_dates_at = pg_catalog.now()
    from unclaimed as u where t.id = u.id
    returning t.id
  )
  insert into notify.events (type_key, actor_id, subject_type, subject_id, data)
  select distinct on (i.trip_id)
    'first_dates_suggested', i.author_id, 'trip', i.trip_id, pg_catalog.jsonb_build_object('windowId', i.id)
  from claimed as c join inserted as i on i.trip_id = c.id
  order by i.trip_id, i.id;
  return null;
end
$$;
comment on function trips_private.tg_date_windows__tell_first() is
  'TR-3: the first dates of a trip, once in its life, however many sessions suggest at the same instant.';

create or replace trigger _900_tell_first
  after insert on trips.date_windows
  referencing new table as inserted
  for each statement execute function trips_private.tg_date_windows__tell_first();
