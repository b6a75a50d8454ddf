create or replace function juke_private.tell_invites(invite_ids uuid[]) returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  insert into notify.events (type_key, actor_id, subject_type, subject_id, expires_after)
  select 'juke_invite', s.host_id, 'juke_invite', i.id, i.expires_at - now()
  from juke.invites as i join juke.listening_sessions as s on s.id = i.listening_session_id
  where i.id = any (invite_ids) and i.status = 'pending' and i.expires_at > now()
  order by i.id
$$;
comment on function juke_private.tell_invites(uuid[]) is 'An event an invite, which ends with it: no provider keeps the push longer.';
