create or replace function notify_private.require_known_user() returns uuid
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.require_user();
begin
  if not exists (select from notify.users as u where u.id = me) then
    raise exception 'the user of this token does not exist' using errcode = 'RBNFD';
  end if;
  return me;
end
$$;
comment on function notify_private.require_known_user() is
  'The user on whose behalf this runs, who has a row: a valid token may name '
  'somebody the application never told of, or has erased. Raises RBAUT or RBNFD.';
