create or replace function notify_private.tg_devices__check_session() returns trigger
language plpgsql volatile
-- Definer: whoever registers a device may not read which sessions ended.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- Shared: one that is just ending is waited for; one that ends later waits for us and sees the device.
  perform pg_advisory_xact_lock_shared(notify_private.session_lock(new.user_id, new.session_id));
  if exists (select from notify_private.ended_sessions as e where e.user_id = new.user_id and e.session_id = new.session_id) then
    raise exception 'your session has ended: sign in again' using errcode = 'RBAUT';
  end if;
  return new;
end
$$;
comment on function notify_private.tg_devices__check_session() is
  'No device comes into a session that has ended, or ends at the same time. A row trigger, because it takes the session''s '
  'lock before the device has its own: as does whoever ends one, and in another order they waited for each other.';

create or replace trigger _200_check_session
  before insert on notify.devices
  for each row when (new.session_id is not null) execute function notify_private.tg_devices__check_session();
