create or replace function trips_private.tg_trips__tell_progress() returns trigger
language plpgsql volatile
-- Definer: whoever may change a trip need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_hidden.current_user_id();
begin
  -- Every update of trips comes by here; an insert of nothing would still fire the triggers of notify.events.
  if not exists (
    select from updated as n join outdated as o on o.id = n.id
    where (n.status, n.proposed_window_id, n.leader_id, n.selected_accommodation_id)
      is distinct from (o.status, o.proposed_window_id, o.leader_id, o.selected_accommodation_id)
  ) then
    return null;
  end if;
  insert into notify.events (type_key, actor_id, subject_type, subject_id, data)
  select c.type_key, c.actor_id, 'trip', n.id, c.data
  from updated as n
  join outdated as o on o.id = n.id
  cross join lateral (
    values
      (
        'dates_proposed_by_leader', n.leader_id, pg_catalog.jsonb_build_object('windowId', n.proposed_window_id),
        n.status = 'proposed' and n.proposed_window_id is not null
          and (n.status, n.proposed_window_id) is distinct from (o.status, o.proposed_window_id)
      ),
      ('dates_locked', me, '{}', n.status = 'locked' and o.status <> 'locked'),
      (
        'accommodation_selected', me, pg_catalog.jsonb_build_object('accommodationOptionId', n.selected_accommodation_id),
        n.selected_accommodation_id is not null and n.selected_accommodation_id is distinct from o.selected_accommodation_id
      ),
      (
        'leader_transferred', me, pg_catalog.jsonb_build_object('newLeaderId', n.leader_id),
        n.leader_id is not null and n.leader_id is distinct from o.leader_id
      )
  ) as c (type_key, actor_id, data, happened)
  where c.happened;
  return null;
end
$$;
comment on function trips_private.tg_trips__tell_progress() is
  'TR-4, TR-6, TR-13, TR-17: what becomes of a trip that its travelers hear of. Only what changed counts.';

create or replace trigger _900_tell_progress
  after update on trips.trips
  referencing old table as outdated new table as updated
  for each statement execute function trips_private.tg_trips__tell_progress();
