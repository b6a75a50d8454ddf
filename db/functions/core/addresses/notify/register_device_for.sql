create or replace function notify.register_device_for(
  user_id uuid,
  session_id text,
  provider text,
  token text,
  web_push_p256dh text default null,
  web_push_auth text default null,
  platform text default null,
  name text default null,
  app text default null,
  environment text default null
) returns uuid
language plpgsql volatile
-- Definer: as register_device(). Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from notify.users as u where u.id = register_device_for.user_id) then
    raise exception 'user_id: there is no such person' using errcode = 'RBNFD', column = 'user_id',
      hint = notify_private.service_hint('user_id');
  end if;
  return (notify_private.save_device(
    register_device_for.user_id, register_device_for.session_id, register_device_for.provider, register_device_for.token,
    register_device_for.web_push_p256dh, register_device_for.web_push_auth, register_device_for.platform, register_device_for.name,
    register_device_for.app, register_device_for.environment)).id;
end
$$;
comment on function notify.register_device_for(uuid, text, text, text, text, text, text, text, text, text) is
  'For services: makes a device a person''s, as register_device() does for the caller; null session_id binds it to no session. '
  'The device''s id.';
grant execute on function notify.register_device_for(uuid, text, text, text, text, text, text, text, text, text) to rowbell_writer;
