create or replace function notify_private.limited_user() returns uuid
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select notify_hidden.current_user_id() where current_setting('role') = 'rowbell_user'
$$;
comment on function notify_private.limited_user() is
  'Whose limits count what this transaction writes: the person it runs for. Null for services, and '
  'for operators, who have an id of their own but write for others (erasing somebody changes rows).';
