create or replace function trips_private.tg_participants__tell_left() returns trigger
language plpgsql volatile
-- Definer: whoever may leave need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  trip_ids uuid[];
begin
  if tg_op = 'INSERT' then
    select pg_catalog.array_agg(distinct n.trip_id) into trip_ids from written as n where n.status <> 'active';
  else
    select pg_catalog.array_agg(distinct n.trip_id) into trip_ids
    from written as n join outdated as o on o.trip_id = n.trip_id and o.user_id = n.user_id
    where n.status <> 'active' and n.status <> o.status;
  end if;
  if trip_ids is null then
    return null;
  end if;
  if tg_op = 'INSERT' then
    perform trips_private.tell_left(array(
      select row(n.trip_id, n.user_id)::trips_private.leaving from written as n where n.status = 'left'
    ));
  else
    perform trips_private.tell_left(array(
      select row(n.trip_id, n.user_id)::trips_private.leaving
      from written as n join outdated as o on o.trip_id = n.trip_id and o.user_id = n.user_id
      where n.status = 'left' and o.status <> 'left'
    ));
  end if;
  perform trips_private.nudge(trip_ids);
  return null;
end
$$;
comment on function trips_private.tg_participants__tell_left() is
  'TR-20: somebody left a trip; who was removed did not. Fewer travelers may also be enough of them for a nudge (TR-5, TR-9).';

create or replace trigger _900_tell_left_inserted
  after insert on trips.participants
  referencing new table as written
  for each statement execute function trips_private.tg_participants__tell_left();

create or replace trigger _900_tell_left
  after update on trips.participants
  referencing old table as outdated new table as written
  for each statement execute function trips_private.tg_participants__tell_left();
