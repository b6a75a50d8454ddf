-- Plain SQL without settings, as inbox(), so that it is inlined.
create or replace function notify.inbox_threads(filter notify.inbox_filter default null) returns setof notify.inbox_thread
language sql stable
as $$
  -- There is no greatest uuid in PostgreSQL 18; as text their order is the same.
  select
    n.thread_id,
    pg_catalog.max(n.id::pg_catalog.text)::pg_catalog.uuid as newest_id,
    pg_catalog.count(*)::integer as count,
    (pg_catalog.count(*) filter (where n.read_at is null))::integer as unread_count,
    pg_catalog.min(n.created_at) as oldest_at,
    pg_catalog.max(n.created_at) as newest_at
  from notify_hidden.inbox(filter) as n
  group by n.thread_id, case when n.thread_id is null then n.id end
  order by 2 desc
$$;
comment on function notify.inbox_threads(notify.inbox_filter) is
  E'@order newest_id desc\n'
  'What the filter finds of the caller''s notifications, thread by thread, '
  'the one with the newest first. One without a thread is a thread of its own.';
grant execute on function notify.inbox_threads(notify.inbox_filter) to rowbell_user, rowbell_operator;
