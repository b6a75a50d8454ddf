create or replace function notify.register_device(
  provider text,
  token text,
  web_push_p256dh text default null,
  web_push_auth text default null,
  platform text default null,
  name text default null,
  app text default null,
  environment text default null
) returns notify.devices
language plpgsql volatile
-- Definer: a token may belong to someone else until now, whose row the caller must not see but takes over.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.require_known_user();
begin
  return notify_private.save_device(
    me, notify_hidden.current_session_id(), register_device.provider, register_device.token, register_device.web_push_p256dh,
    register_device.web_push_auth, register_device.platform, register_device.name, register_device.app, register_device.environment);
end
$$;
comment on function notify.register_device(text, text, text, text, text, text, text, text) is $$
@values environment DeviceEnvironment
Makes a device the caller's and binds it to the caller's session; twice is one row. A token that was someone else's moves:
they get nothing on it any more. Beyond the limit "devices" the one without contact for longest goes. provider: apns, fcm or
web_push. app: which app it is an installation of; without one it hears of all products. environment: development for an APNs
token of a build from Xcode.
$$;
grant execute on function notify.register_device(text, text, text, text, text, text, text, text) to rowbell_user;
