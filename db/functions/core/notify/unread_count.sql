create or replace function notify.unread_count() returns integer
language sql stable set search_path = ''
as $$
  select count(*)::integer from notify.notifications as n
  where n.recipient_id = (select notify_hidden.current_user_id()) and n.read_at is null and n.archived_at is null
$$;
comment on function notify.unread_count() is 'How many notifications in the caller''s inbox are neither read nor archived.';
grant execute on function notify.unread_count() to rowbell_user;
