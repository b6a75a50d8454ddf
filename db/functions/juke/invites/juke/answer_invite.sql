create or replace function juke.answer_invite(invite_id uuid, accepts boolean) returns juke.invites
language plpgsql volatile
-- Definer: people have no grant to write here; this changes an invite of the caller's.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_user();
  answer constant text := case when answer_invite.accepts then 'accepted' else 'declined' end;
  invite juke.invites;
begin
  if answer_invite.accepts is null then
    raise exception 'accepts: is missing' using errcode = 'RBINV', column = 'accepts';
  end if;
  select * into invite from juke.invites as i
  where i.id = answer_invite.invite_id and i.invitee_id = me and i.status <> 'withdrawn' for no key update;
  if not found then
    raise exception 'invite_id: you have no such invite' using errcode = 'RBNFD', column = 'invite_id';
  end if;
  if invite.status = answer then
    return invite;
  end if;
  if invite.status <> 'pending' or invite.expires_at <= pg_catalog.clock_timestamp() then
    raise exception 'invite_id: %', case when invite.status = 'pending' then 'its time is over'
      else 'it has been answered' end using errcode = 'RBCFL', column = 'invite_id';
  end if;
  update juke.invites as i set status = answer, answered_at = pg_catalog.clock_timestamp() where i.id = invite.id returning * into invite;
  return invite;
end
$$;
comment on function juke.answer_invite(uuid, boolean) is
  'JK-3: accepts or declines an invite; accepting tells the host. Twice the same is once.';
grant execute on function juke.answer_invite(uuid, boolean) to rowbell_user;
