create or replace function notify_private.cancel_journey_events(enrollment_ids uuid[]) returns void
language sql volatile set search_path = ''
as $$
  -- What is planned already and waits is asked whether the journey goes on before it is sent. What is being planned at
  -- this moment is as good as sent: a planner has the event and waits for people, whom the caller may hold.
  update notify.events as e set canceled_at = clock_timestamp()
  where e.id = any (array(
    select x.id from notify.events as x
    where x.planned_at is null and x.canceled_at is null and x.id = any (array(
      select t.event_id from notify.journey_steps_taken as t where t.enrollment_id = any (enrollment_ids) and t.outcome = 'told'
    ))
    for update skip locked
  ))
$$;
comment on function notify_private.cancel_journey_events(uuid[]) is 'Cancels what was told of these enrollments and not sent yet.';
