create or replace function trips_private.tg_trips__lead() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  new.leader_id := new.creator_id;
  return new;
end
$$;
comment on function trips_private.tg_trips__lead() is
  'Whoever starts planning a trip leads it, where a service names nobody else. A row trigger, because it changes the row.';

create or replace trigger _100_lead
  before insert on trips.trips
  for each row when (new.leader_id is null and new.creator_id is not null) execute function trips_private.tg_trips__lead();
