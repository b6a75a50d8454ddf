-- Plain SQL without settings, as every audience: plan() pages through it.
create or replace function notify_private.journey_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select
    e.id, n.user_id, e.data ->> 'variant',
    e.data -> 'variables' || pg_catalog.jsonb_build_object('Day',
      (pg_catalog.now() at time zone coalesce(u.time_zone, 'UTC'))::pg_catalog.date)
  from notify.events as e
  join notify.journey_enrollments as n on n.id = (e.data ->> 'enrollment_id')::pg_catalog.uuid
  join notify.users as u on u.id = n.user_id
  where e.id = any (event_ids)
$$;
comment on function notify_private.journey_audience(uuid[]) is
  'Whoever is enrolled, with the values of the enrollment, of the journey''s '
  'progress, and {Day}, the date where the person is (for dedupe keys).';
