create or replace function juke_private.have_listened(a uuid, b uuid) returns boolean
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from juke.invites as i join juke.listening_sessions as s on s.id = i.listening_session_id
    where i.status = 'accepted' and (i.invitee_id = a and s.host_id = b or i.invitee_id = b and s.host_id = a)
  )
$$;
comment on function juke_private.have_listened(uuid, uuid) is
  'Whether one of two people has accepted an invite of the other. All others are strangers here.';
