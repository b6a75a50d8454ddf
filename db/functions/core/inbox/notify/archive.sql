create or replace function notify.archive(notification_ids uuid[]) returns integer
language sql volatile set search_path = pg_catalog, pg_temp
as $$ select c.changed from notify.change_notifications('archive', notification_ids) as c $$;
comment on function notify.archive(uuid[]) is
  'change_notifications(), with the action archive: puts these out of the caller''s '
  'inbox; they stay readable. The first time stands. Returns how many changed.';
grant execute on function notify.archive(uuid[]) to rowbell_user;
