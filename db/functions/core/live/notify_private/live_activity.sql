-- Without settings of its own, so that it is inlined.
create or replace function notify_private.live_activity(a notify.activities) returns json
language sql stable
as $$
  select pg_catalog.json_build_object(
    'id', a.id, 'type', a.type, 'resourceType', a.resource_type, 'resourceId', a.resource_id, 'action', a.action, 'status', a.status,
    'title', a.title, 'description', a.description, 'metadata', a.metadata, 'createdAt', a.created_at)
$$;
comment on function notify_private.live_activity(notify.activities) is
  'An activity as a frame has it: the fields of LiveActivity.';
