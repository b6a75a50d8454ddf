create or replace function notify.mark_all_read() returns integer
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  select c.changed
  from notify.change_notifications('read', filter => pg_catalog.jsonb_populate_record(
    null::notify.inbox_filter, '{"read": false, "places": ["inbox", "snoozed", "archived"]}')) as c
$$;
comment on function notify.mark_all_read() is
  'change_notifications(), with the action read, of whatever the caller has not read, wherever it is. Returns how many changed.';
grant execute on function notify.mark_all_read() to rowbell_user;
