create or replace function trips_private.require_person() returns uuid
language plpgsql stable set search_path = ''
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
comment on function trips_private.require_person() is
  'The current user, who has a row; raises RBAUT where nobody is signed in and RBNFD for a token of somebody unknown.';
