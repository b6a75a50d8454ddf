create or replace function notify.mark_seen(notification_ids uuid[]) returns integer
language sql volatile set search_path = pg_catalog, pg_temp
as $$ select c.changed from notify.change_notifications('seen', notification_ids) as c $$;
comment on function notify.mark_seen(uuid[]) is
  'change_notifications(), with the action seen: notes that the caller was shown these. The first time stands. Returns how many changed.';
grant execute on function notify.mark_seen(uuid[]) to rowbell_user;
