create or replace function notify.notifications_image_url(notification notify.notifications) returns text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select notification.rich_content ->> 'image_url'
$$;
comment on function notify.notifications_image_url(notify.notifications) is $$
@nullable
The picture that it shows, an https URL; null: none.
$$;
grant execute on function notify.notifications_image_url(notify.notifications) to rowbell_user, rowbell_operator;
