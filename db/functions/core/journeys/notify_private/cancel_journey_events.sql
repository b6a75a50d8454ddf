create or replace function notify_private.cancel_journey_events(enrollment_ids uuid[]) returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  select notify_private.cancel_events(array(
    select e.id from notify.events as e
    where e.canceled_at is null
      and e.id = any (array(select t.event_id from notify.journey_steps_taken as t
        where t.enrollment_id = any (enrollment_ids) and t.outcome = 'told'))
      and (
        e.planned_at is null
        or exists (select from notify.holds as h where h.event_id = e.id and h.released_at is null)
        or exists (select from notify.digest_items as i where i.event_id = e.id and i.position is null and i.left_out is null)
        or exists (
          select from notify.decisions as c join notify.deliveries as d on d.notification_id = c.notification_id
          where c.event_id = e.id and d.status = 'queued'
        )
      )
    -- A planner has its event, and the caller may hold its people: what is being planned at this moment is as
    -- good as sent, and journey_is_active() is asked before it is.
    for update skip locked
  ))
$$;
comment on function notify_private.cancel_journey_events(uuid[]) is
  'Cancels what was told of these enrollments and is not sent yet; what was sent stays as it is.';
