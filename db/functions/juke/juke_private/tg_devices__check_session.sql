create or replace function juke_private.tg_devices__check_session() returns trigger
language plpgsql volatile
-- Definer: whoever registers a device need not be able to lock sessions.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- Shared, so that a session which is just ending is waited for; one that ends later waits for us and sees the device.
  perform from juke.sessions as s where s.id = new.session_id and s.user_id = new.user_id for share;
  if exists (select from juke.sessions as s where s.id = new.session_id and s.user_id = new.user_id and s.ended_at is not null) then
    raise exception 'this session has ended: log in again' using errcode = 'RBAUT';
  end if;
  return new;
end
$$;
comment on function juke_private.tg_devices__check_session() is
  'JK-2: a token outlives its session by some minutes, and must not bring back the pushes that ended with it. A row trigger, because it locks the session before register_device() has the device: as does whoever ends one, and in another order they waited for each other.';

create or replace trigger _200_check_juke_session
  before insert on notify.devices
  for each row when (new.session_id is not null) execute function juke_private.tg_devices__check_session();
