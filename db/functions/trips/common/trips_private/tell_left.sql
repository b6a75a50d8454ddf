create or replace function trips_private.tell_left(leavings trips_private.leaving[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  if pg_catalog.cardinality(leavings) = 0 then
    return;
  end if;
  insert into notify.events (type_key, actor_id, subject_type, subject_id, data)
  select 'traveler_left', l.user_id, 'trip', l.trip_id, pg_catalog.jsonb_build_object('leaverId', l.user_id)
  from unnest(leavings) as l join trips.trips as t on t.id = l.trip_id
  -- Of one that is over or canceled the list of travelers is nobody's concern.
  where t.status in ('scheduling', 'proposed', 'locked');
end
$$;
comment on function trips_private.tell_left(trips_private.leaving[]) is
  'TR-20: makes the events of people having left trips that are still to be.';
