-- Without settings of its own, so that it is inlined.
create or replace function notify_private.live_item(n notify.notifications, category text) returns json
language sql stable
as $$
  select pg_catalog.json_build_object(
    'id', n.id, 'version', n.changed_xid::pg_catalog.text, 'typeKey', n.type_key, 'category', category, 'priority', n.priority,
    'title', n.title, 'subtitle', n.subtitle, 'body', n.body, 'data', n.data, 'threadId', n.thread_id, 'createdAt', n.created_at,
    'readAt', n.read_at, 'seenAt', n.seen_at, 'archivedAt', n.archived_at, 'snoozedUntil', n.snoozed_until)
$$;
comment on function notify_private.live_item(notify.notifications, text) is
  'A notification as a frame has it: the fields of LiveNotification.';
