create or replace function trips_private.tg_circle_invitations__tell() returns trigger
language plpgsql volatile
-- Definer: whoever may invite need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from inserted) then
    return null;
  end if;
  -- Without an actor: who it is may be a stranger. In order of the people, whose limits are taken.
  insert into notify.events (type_key, subject_type, subject_id, data, channels)
  select
    'circle_invitation', 'circle', i.circle_id, pg_catalog.jsonb_build_object('userId', i.user_id),
    case when not notify_private.take_limit('strangers_heard', i.user_id) then '{in_app}'::text[] end
  from (
    select i.circle_id, i.user_id from inserted as i
    -- Who has not answered somebody, or said no, is not told of them again, whatever circles they make.
    where not exists (
      select from trips.circle_invitations as o
      where o.user_id = i.user_id and o.invited_by = i.invited_by and o.circle_id <> i.circle_id
    )
    order by i.user_id, i.circle_id offset 0
  ) as i;
  return null;
end
$$;
comment on function trips_private.tg_circle_invitations__tell() is
  'SE-5: who is asked into a circle hears of it once. Once a person has '
  'heard of as many strangers as they may in a day, in the inbox alone.';

create or replace trigger _900_tell
  after insert on trips.circle_invitations
  referencing new table as inserted
  for each statement execute function trips_private.tg_circle_invitations__tell();
