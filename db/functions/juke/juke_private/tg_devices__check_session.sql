create or replace function juke_private.tg_devices__check_session() returns trigger
language plpgsql volatile
-- Definer: whoever registers a device need not be able to lock sessions.
security definer set search_path = ''
as $$
begin
  -- Shared, so that a session which is just ending is waited for; one that ends later waits for us and sees the device.
  perform from juke.sessions as s
  where s.id in (select d.session_id from registered as d where d.session_id is not null and d.deactivated_at is null)
  order by s.id for share;
  if exists (
    select from registered as d join juke.sessions as s on s.id = d.session_id and s.user_id = d.user_id
    where s.ended_at is not null and d.deactivated_at is null
  ) then
    raise exception 'this session has ended: log in again' using errcode = 'RBAUT';
  end if;
  return null;
end
$$;
comment on function juke_private.tg_devices__check_session() is
  'JK-2: a token outlives its session by some minutes, and must not bring back the pushes that ended with it.';

create or replace trigger _200_check_juke_session
  after insert on notify.devices
  referencing new table as registered
  for each statement execute function juke_private.tg_devices__check_session();
create or replace trigger _200_check_juke_session_again
  after update on notify.devices
  referencing new table as registered
  for each statement execute function juke_private.tg_devices__check_session();
