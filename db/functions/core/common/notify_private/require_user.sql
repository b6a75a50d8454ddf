create or replace function notify_private.require_user() returns uuid
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_hidden.current_user_id();
begin
  if me is null then
    raise exception 'you are not signed in' using errcode = 'RBAUT';
  end if;
  return me;
end
$$;
comment on function notify_private.require_user() is
  'The user on whose behalf this runs; raises RBAUT where there is none. First line of every function people call.';
