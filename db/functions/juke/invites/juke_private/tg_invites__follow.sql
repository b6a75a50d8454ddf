create or replace function juke_private.tg_invites__follow() returns trigger
language plpgsql volatile
-- Definer: whoever may answer or withdraw need not be able to change events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from updated as n join outdated as o on o.id = n.id
    where (o.status, o.created_at) is distinct from (n.status, n.created_at)) then
    return null;
  end if;
  perform notify_private.cancel_events(array(
    select e.id from updated as n join outdated as o on o.id = n.id
    join notify.events as e on e.subject_id = n.id and e.subject_type = 'juke_invite' and e.type_key = 'juke_invite'
    where o.status = 'pending' and n.status <> 'pending' and e.canceled_at is null
  ));
  insert into notify.events (type_key, actor_id, subject_type, subject_id)
  select 'juke_invite_accepted', n.invitee_id, 'juke_invite', n.id
  from updated as n join outdated as o on o.id = n.id
  where n.status = 'accepted' and o.status <> 'accepted'
  order by n.id;
  perform juke_private.tell_invites(array(
    select n.id from updated as n join outdated as o on o.id = n.id
    where n.status = 'pending' and (o.status <> 'pending' or n.created_at <> o.created_at)
  ));
  return null;
end
$$;
comment on function juke_private.tg_invites__follow() is
  'JK-3: an invite that is answered or withdrawn sends nothing any more, an accepted one tells the host, one made again tells anew.';

create or replace trigger _900_follow
  after update on juke.invites
  referencing old table as outdated new table as updated
  for each statement execute function juke_private.tg_invites__follow();
