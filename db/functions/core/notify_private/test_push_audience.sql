-- Plain SQL without settings, as every audience: plan() pages through it.
create or replace function notify_private.test_push_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select e.id, e.actor_id, 'default'::text, pg_catalog.jsonb_build_object('only_device_id', e.subject_id)
  from notify.events as e
  where e.id = any (event_ids) and e.actor_id is not null and e.subject_type = 'device'
$$;
comment on function notify_private.test_push_audience(uuid[]) is
  'Whoever asked for the test; "only_device_id" keeps the push to the device it is about.';
