create or replace function trips_private.tg_date_windows__nudge() returns trigger
language plpgsql volatile
-- Definer: whoever may write date windows need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  trip_ids uuid[];
begin
  select pg_catalog.array_agg(distinct i.trip_id) into trip_ids from inserted as i;
  if trip_ids is not null then
    perform trips_private.nudge(trip_ids);
  end if;
  return null;
end
$$;
comment on function trips_private.tg_date_windows__nudge() is
  'TR-N2: somebody suggests dates.';

create or replace trigger _910_nudge
  after insert on trips.date_windows
  referencing new table as inserted
  for each statement execute function trips_private.tg_date_windows__nudge();
