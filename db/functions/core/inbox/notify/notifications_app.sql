create or replace function notify.notifications_app(notification notify.notifications) returns text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select t.app_key from notify.notification_types as t where t.key = notification.type_key
$$;
comment on function notify.notifications_app(notify.notifications) is $$
@nullable
The app that its type belongs to; null: whichever.
$$;
grant execute on function notify.notifications_app(notify.notifications) to rowbell_user, rowbell_operator;
