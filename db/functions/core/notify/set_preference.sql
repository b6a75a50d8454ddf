create or replace function notify.set_preference(type_key text, channel text, enabled boolean) returns notify.preferences
language plpgsql volatile
-- Definer: there is no insert grant; this writes the caller's own choice about a type and channel that exist.
security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_user();
  channels text[];
  preference notify.preferences;
begin
  select t.channels into channels from notify.notification_types as t where t.key = set_preference.type_key;
  if not found then
    raise exception 'type_key: there is no such notification type' using errcode = 'RBNFD';
  end if;
  if set_preference.channel is null or set_preference.channel <> all (channels) then
    raise exception 'channel: this type uses %', pg_catalog.array_to_string(channels, ', ') using errcode = 'RBINV';
  end if;
  if set_preference.enabled is null then
    raise exception 'enabled: is missing' using errcode = 'RBINV';
  end if;
  if not exists (select from notify.users as u where u.id = me) then
    raise exception 'the user of this token does not exist' using errcode = 'RBNFD';
  end if;
  insert into notify.preferences as p (user_id, type_key, channel, enabled)
  values (me, set_preference.type_key, set_preference.channel, set_preference.enabled)
  on conflict (user_id, type_key, channel)
    do update set enabled = excluded.enabled, updated_at = pg_catalog.clock_timestamp()
  returning * into preference;
  return preference;
end
$$;
comment on function notify.set_preference(text, text, boolean) is 'The caller''s own choice whether to get a type on a channel.';
grant execute on function notify.set_preference(text, text, boolean) to rowbell_user;
