create or replace function juke.withdraw_invite(invite_id uuid) returns juke.invites
language plpgsql volatile
-- Definer: people have no grant to write here; this changes an invite to a session of the caller's.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_user();
  invite juke.invites;
begin
  select i.* into invite from juke.invites as i join juke.listening_sessions as s on s.id = i.listening_session_id
  where i.id = withdraw_invite.invite_id and s.host_id = me for no key update of i;
  if not found then
    raise exception 'invite_id: you made no such invite' using errcode = 'RBNFD', column = 'invite_id';
  end if;
  if invite.status in ('accepted', 'declined') then
    raise exception 'invite_id: it has been answered' using errcode = 'RBCFL', column = 'invite_id';
  end if;
  if invite.status = 'pending' then
    update juke.invites as i set status = 'withdrawn', answered_at = pg_catalog.clock_timestamp()
      where i.id = invite.id returning * into invite;
  end if;
  return invite;
end
$$;
comment on function juke.withdraw_invite(uuid) is 'JK-3: takes an invite back; what is not sent of it yet is not sent. Twice is once.';
grant execute on function juke.withdraw_invite(uuid) to rowbell_user;
