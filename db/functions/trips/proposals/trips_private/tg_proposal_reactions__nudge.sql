create or replace function trips_private.tg_proposal_reactions__nudge() returns trigger
language plpgsql volatile
-- Definer: whoever may react need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  trip_ids uuid[];
begin
  -- Only who says that the dates work can bring the share about.
  select pg_catalog.array_agg(distinct t.id) into trip_ids
  from written as n
  join trips.date_windows as w on w.id = n.date_window_id
  join trips.trips as t on t.id = w.trip_id and t.proposed_window_id = w.id
  where n.works;
  if trip_ids is not null then
    perform trips_private.nudge(trip_ids);
  end if;
  return null;
end
$$;
comment on function trips_private.tg_proposal_reactions__nudge() is 'TR-N1: somebody says that proposed dates work.';

create or replace trigger _900_nudge_inserted
  after insert on trips.proposal_reactions
  referencing new table as written
  for each statement execute function trips_private.tg_proposal_reactions__nudge();

create or replace trigger _900_nudge
  after update on trips.proposal_reactions
  referencing new table as written
  for each statement execute function trips_private.tg_proposal_reactions__nudge();
