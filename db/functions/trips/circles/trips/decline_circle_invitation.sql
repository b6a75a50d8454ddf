create or replace function trips.decline_circle_invitation(circle_id uuid) returns boolean
language plpgsql volatile
-- Definer: people have no grant to write here; it changes the caller's own row alone.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
begin
  update trips.circle_invitations as i set declined_at = coalesce(i.declined_at, pg_catalog.now())
  where i.circle_id = decline_circle_invitation.circle_id and i.user_id = me;
  if not found then
    raise exception 'circle_id: there is no such circle, or nobody has asked you into it' using errcode = 'RBNFD', column = 'circle_id';
  end if;
  return true;
end
$$;
comment on function trips.decline_circle_invitation(uuid) is
  'Says no to a circle: nobody of it is told, none of them can ask again, and '
  'the caller hears no more of other circles of whoever asked. Twice is once.';
grant execute on function trips.decline_circle_invitation(uuid) to rowbell_user;
