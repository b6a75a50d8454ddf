create or replace function notify.me() returns notify.users
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select u from notify.users as u where u.id = (select notify_hidden.current_user_id())
$$;
comment on function notify.me() is $$
@nullable
The caller, as the application wrote them down; null where it has not yet.
$$;
grant execute on function notify.me() to rowbell_user;
