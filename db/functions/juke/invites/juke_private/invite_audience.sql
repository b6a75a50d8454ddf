-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function juke_private.invite_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select
    e.id, i.invitee_id, 'default',
    pg_catalog.jsonb_build_object(
      'InviteId', i.id, 'SessionId', s.id, 'SessionName', s.name,
      'HostName', coalesce(h.name, case when u.locale ~ '^fr' then 'Quelqu''un' else 'Someone' end))
  from notify.events as e
  join juke.invites as i on i.id = e.subject_id
  join juke.listening_sessions as s on s.id = i.listening_session_id
  join notify.users as h on h.id = s.host_id
  join notify.users as u on u.id = i.invitee_id
  where e.id = any (event_ids)
$$;
comment on function juke_private.invite_audience(uuid[]) is 'JK-3: whoever is invited.';
