create or replace function coaching.register_coaching_device(
  provider text, token text, push_enabled boolean default true, platform text default null, name text default null,
  web_push_p256dh text default null, web_push_auth text default null, app text default null,
  environment text default null
) returns coaching.members
language plpgsql volatile
-- Definer: people have no grant to write here; this changes the caller's own row, and the core's function its own.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  member coaching.members;
begin
  if register_coaching_device.push_enabled is null then
    raise exception 'push_enabled: is missing' using errcode = 'RBINV', column = 'push_enabled';
  end if;
  perform notify.register_device(
    register_coaching_device.provider, register_coaching_device.token, register_coaching_device.web_push_p256dh,
    register_coaching_device.web_push_auth,
    register_coaching_device.platform, register_coaching_device.name, register_coaching_device.app,
    register_coaching_device.environment);
  insert into coaching.members as m (user_id, push_enabled)
  values (me, register_coaching_device.push_enabled)
  on conflict (user_id) do update set push_enabled = excluded.push_enabled
  returning * into member;
  return member;
end
$$;
comment on function coaching.register_coaching_device(text, text, boolean, text, text, text, text, text, text) is $$
@values environment DeviceEnvironment
CP-40: registers the caller's device, as notify.registerDevice does, and says whether pushes may be used. Called at every app
start: twice is once.
$$;
grant execute on function coaching.register_coaching_device(text, text, boolean, text, text, text, text, text, text) to rowbell_user;
