create or replace function notify.notifications_actions(notification notify.notifications) returns notify.notification_action[]
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select array(
    select x::notify.notification_action
    from (
      select a.value ->> 'key' as key, a.value ->> 'title' as title, a.value ->> 'url' as url
      from pg_catalog.jsonb_array_elements(notification.rich_content -> 'actions') with ordinality as a (value, place)
      order by a.place
    ) as x
  )
$$;
comment on function notify.notifications_actions(notify.notifications) is
  'Its buttons, in the order in which they are drawn; most notifications have none.';
grant execute on function notify.notifications_actions(notify.notifications) to rowbell_user, rowbell_operator;
