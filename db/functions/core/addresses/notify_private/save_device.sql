create or replace function notify_private.save_device(
  user_id uuid,
  session_id text,
  provider text,
  token text,
  web_push_p256dh text,
  web_push_auth text,
  platform text,
  name text,
  app text,
  environment text
) returns notify.devices
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  p256dh constant text := pg_catalog.rtrim(save_device.web_push_p256dh, '=');
  auth constant text := pg_catalog.rtrim(save_device.web_push_auth, '=');
  app_key constant text := coalesce(save_device.app, 'default');
  environment constant text := coalesce(save_device.environment, 'production');
  device notify.devices;
  wrong text[];
begin
  wrong := case
    when coalesce(save_device.provider, '') not in ('apns', 'fcm', 'web_push') then array['provider', 'must be apns, fcm or web_push']
    when save_device.token is null then array['token', 'is missing']
    when save_device.provider = 'apns' and save_device.token !~ '^([0-9A-Fa-f]{2}){32,100}$'
      then array['token', 'an APNs token is 64 to 200 hexadecimal digits']
    when save_device.provider = 'fcm'
      and (length(save_device.token) not between 20 and 1000 or save_device.token !~ '^[A-Za-z0-9:_.-]+$')
      then array['token', 'an FCM token is 20 to 1000 letters, digits, ":", "_", "-" or "."']
    when save_device.provider = 'web_push'
      and (length(save_device.token) > 2000 or notify_private.is_push_service(save_device.token) is not true)
      then array['token', 'a Web Push endpoint is an https address of the public internet, by name, of at most 2000 characters']
    -- 65 bytes (an uncompressed P-256 point, which begins with 04) and 16 bytes, in base64url (RFC 8291).
    when save_device.provider = 'web_push' and coalesce(p256dh, '') !~ '^B[A-Za-z0-9_-]{86}$'
      then array['web_push_p256dh', 'must be 65 bytes in base64url']
    when save_device.provider = 'web_push' and coalesce(auth, '') !~ '^[A-Za-z0-9_-]{22}$'
      then array['web_push_auth', 'must be 16 bytes in base64url']
    when save_device.provider <> 'web_push' and (p256dh is not null or auth is not null)
      then array['web_push_p256dh', 'only a Web Push device has keys']
    when length(save_device.platform) > 40 then array['platform', 'must have at most 40 characters']
    when length(save_device.name) > 120 then array['name', 'must have at most 120 characters']
    when not exists (select from notify.apps as a where a.key = app_key) then array['app', 'there is no such app']
    when environment not in ('production', 'development') then array['environment', 'must be production or development']
    when environment = 'development' and save_device.provider <> 'apns'
      then array['environment', 'only APNs has development']
  end;
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
  -- People before what belongs to them, as the engine locks: deactivate_excess_devices() holds the person as well.
  perform from notify.users as u where u.id = save_device.user_id for no key update;
  insert into notify.devices as d
    (user_id, session_id, app_key, environment, provider, token, web_push_p256dh, web_push_auth, platform, name)
  values (
    save_device.user_id, save_device.session_id, app_key, environment, save_device.provider,
    notify_private.normalize_token(save_device.provider, save_device.token),
    p256dh, auth, save_device.platform, save_device.name)
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
  perform notify_private.deactivate_excess_devices(save_device.user_id, device.id);
  return device;
end
$$;
comment on function notify_private.save_device(uuid, text, text, text, text, text, text, text, text, text) is
  'Makes a device a person''s and binds it to a session of theirs; twice is one row, and a token that was '
  'someone else''s moves. Raises RBINV, naming the field.';
