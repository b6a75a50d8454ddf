-- Plain SQL without settings, as every audience: plan() pages through it.
create or replace function notify_private.test_push_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select e.id, e.actor_id, 'default', '{}'::pg_catalog.jsonb
  from notify.events as e
  where e.id = any (event_ids) and e.actor_id is not null
$$;
comment on function notify_private.test_push_audience(uuid[]) is 'Whoever asked for the test.';
