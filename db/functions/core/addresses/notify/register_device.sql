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
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_user();
  p256dh constant text := pg_catalog.rtrim(register_device.web_push_p256dh, '=');
  auth constant text := pg_catalog.rtrim(register_device.web_push_auth, '=');
  app_key constant text := coalesce(register_device.app, 'default');
  environment constant text := coalesce(register_device.environment, 'production');
  device notify.devices;
  wrong text[];
begin
  wrong := case
    when coalesce(register_device.provider, '') not in ('apns', 'fcm', 'web_push') then array['provider', 'must be apns, fcm or web_push']
    when register_device.token is null then array['token', 'is missing']
    when register_device.provider = 'apns' and register_device.token !~ '^([0-9A-Fa-f]{2}){32,100}$'
      then array['token', 'an APNs token is 64 to 200 hexadecimal digits']
    when register_device.provider = 'fcm'
      and (length(register_device.token) not between 20 and 1000 or register_device.token !~ '^[A-Za-z0-9:_.-]+$')
      then array['token', 'an FCM token is 20 to 1000 letters, digits, ":", "_", "-" or "."']
    when register_device.provider = 'web_push'
      and (length(register_device.token) > 2000 or notify_private.is_push_service(register_device.token) is not true)
      then array['token', 'a Web Push endpoint is an https address of the public internet, by name, of at most 2000 characters']
    -- 65 bytes (an uncompressed P-256 point, which begins with 04) and 16 bytes, in base64url (RFC 8291).
    when register_device.provider = 'web_push' and coalesce(p256dh, '') !~ '^B[A-Za-z0-9_-]{86}$'
      then array['web_push_p256dh', 'must be 65 bytes in base64url']
    when register_device.provider = 'web_push' and coalesce(auth, '') !~ '^[A-Za-z0-9_-]{22}$'
      then array['web_push_auth', 'must be 16 bytes in base64url']
    when register_device.provider <> 'web_push' and (p256dh is not null or auth is not null)
      then array['web_push_p256dh', 'only a Web Push device has keys']
    when length(register_device.platform) > 40 then array['platform', 'must have at most 40 characters']
    when length(register_device.name) > 120 then array['name', 'must have at most 120 characters']
    when not exists (select from notify.apps as a where a.key = app_key) then array['app', 'there is no such app']
    when environment not in ('production', 'development') then array['environment', 'must be production or development']
    when environment = 'development' and register_device.provider <> 'apns'
      then array['environment', 'only APNs has development']
  end;
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
  if not exists (select from notify.users as u where u.id = me) then
    raise exception 'the user of this token does not exist' using errcode = 'RBNFD';
  end if;
  insert into notify.devices as d
    (user_id, session_id, app_key, environment, provider, token, web_push_p256dh, web_push_auth, platform, name)
  values (
    me, notify_hidden.current_session_id(), app_key, environment, register_device.provider,
    notify_private.normalize_token(register_device.provider, register_device.token),
    p256dh, auth, register_device.platform, register_device.name)
  on conflict (provider, token) do update set
    user_id = excluded.user_id,
    session_id = excluded.session_id,
    app_key = excluded.app_key,
    environment = excluded.environment,
    web_push_p256dh = excluded.web_push_p256dh,
    web_push_auth = excluded.web_push_auth,
    platform = excluded.platform,
    name = excluded.name,
    registered_at = pg_catalog.clock_timestamp(),
    seen_at = pg_catalog.clock_timestamp(),
    deactivated_at = null,
    deactivation_reason = null
  returning * into device;
  perform notify_private.deactivate_excess_devices(me, device.id);
  return device;
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
