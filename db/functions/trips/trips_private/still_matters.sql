-- Plain SQL without settings: it is asked in the claim's own statement.
create or replace function trips_private.still_matters(event_id uuid, recipient_id uuid) returns boolean
language sql stable
as $$
  select exists (
    select from notify.events as e join trips.trips as t on t.id = e.subject_id
    where e.id = event_id
      -- Whom it was for, and still is (TR-G10).
      and case
        when e.type_key = 'trip_created_notify' then
          exists (select from trips_private.companions as c where c.trip_id = t.id and c.user_id = recipient_id)
        when e.type_key = 'join_request_rejected' then true
        when e.type_key in ('leader_can_lock_dates', 'leader_ready_to_propose', 'join_request_received', 'leader_transferred', 'traveler_left') then
          exists (select from trips_private.leaders as l where l.trip_id = t.id and l.user_id = recipient_id)
        else exists (select from trips_private.active_travelers as a where a.trip_id = t.id and a.user_id = recipient_id)
      end
      -- What it asks for, or says of the days to come.
      and case
        when e.type_key = 'leader_can_lock_dates' then t.status = 'proposed' and t.proposed_window_id = (e.data ->> 'windowId')::uuid
        when e.type_key in ('leader_ready_to_propose', 'collecting_momentum_reminder') then t.status = 'scheduling'
        when e.type_key in ('prep_reminder_7d', 'prep_reminder_3d', 'trip_started') then t.status = 'locked'
        else true
      end
  )
$$;
comment on function trips_private.still_matters(uuid, uuid) is
  'TR-G10: whether somebody is still whom an event is for, and what it says still holds: who left hears nothing that waited, nor who leads no more, nor anybody of the start of a trip that was canceled.';
