create or replace function notify.inbox_row(notification_id uuid) returns notify.notifications
language sql stable set search_path = pg_catalog, pg_temp
-- With settings, hence not inlined and looked up by key, whatever the planner thinks of the policy: docs/decisions/0005, 3.
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$ select n.* from notify.notifications as n where n.id = notification_id $$;
comment on function notify.inbox_row(uuid) is
  E'@behavior -*\nA notification looked up by its key under the caller''s policies: how whatever names one in the API finds it.';
grant execute on function notify.inbox_row(uuid) to rowbell_user, rowbell_operator;
