-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function trips_private.circle_invitation_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select e.id, u.id, 'default', pg_catalog.jsonb_build_object('circleId', e.subject_id)
  from notify.events as e
  join notify.users as u on u.id = (e.data ->> 'userId')::pg_catalog.uuid
  where e.id = any (event_ids)
$$;
comment on function trips_private.circle_invitation_audience(uuid[]) is
  'Who is asked into a circle (data.userId); nobody, where the id is nobody''s. No name and no words of the inviter''s.';
