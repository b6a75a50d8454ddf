create or replace function notify.mark_read(notification_ids uuid[]) returns integer
language sql volatile set search_path = pg_catalog, pg_temp
as $$ select c.changed from notify.change_notifications('read', notification_ids) as c $$;
comment on function notify.mark_read(uuid[]) is
  'change_notifications(), with the action read: notes that the caller read '
  'these, hence saw them. The first time stands. Returns how many changed.';
grant execute on function notify.mark_read(uuid[]) to rowbell_user;
