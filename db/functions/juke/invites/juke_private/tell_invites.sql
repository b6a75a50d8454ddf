create or replace function juke_private.tell_invites(invite_ids uuid[]) returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  insert into notify.events (type_key, actor_id, subject_type, subject_id, expires_after, channels)
  select
    'juke_invite', i.host_id, 'juke_invite', i.id, i.expires_at - now(),
    case
      when not juke_private.have_listened(i.host_id, i.invitee_id)
        and not notify_private.take_limit('invites_of_strangers_heard', i.invitee_id)
      then '{in_app}'::text[]
    end
  from (
    select i.id, i.invitee_id, i.expires_at, s.host_id
    from juke.invites as i join juke.listening_sessions as s on s.id = i.listening_session_id
    where i.id = any (invite_ids) and i.status = 'pending' and i.expires_at > now()
    -- In order of the people, whose limits are taken.
    order by i.invitee_id, i.id offset 0
  ) as i
$$;
comment on function juke_private.tell_invites(uuid[]) is
  'An event an invite, which ends with it: no provider keeps the push longer. Once '
  'a person has heard of as many strangers as they may in a day, in the inbox alone.';
