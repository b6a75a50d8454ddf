create or replace function notify.set_type_preferences(
  type_key text, enabled boolean default null, channels text[] default null, frequency text default null
) returns setof notify.effective_preference
language plpgsql volatile
-- Definer: there is no insert grant; this writes the caller's own choices about a type that exists.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  type constant notify.notification_types := notify_private.require_type(set_type_preferences.type_key);
  chosen constant text[] := set_type_preferences.channels;
  -- What is said of all its channels is said of those, too, that it begins to use later.
  others constant text[] := array(select c from unnest(notify_private.all_channels()) as c where c <> all (chosen));
begin
  if chosen is not null and set_type_preferences.enabled is not null then
    raise exception 'enabled: channels says already what is on' using errcode = 'RBINV', column = 'enabled';
  end if;
  if not chosen <@ type.channels or pg_catalog.array_position(chosen, null) is not null then
    raise exception 'channels: this type uses %', pg_catalog.array_to_string(type.channels, ', ')
      using errcode = 'RBINV', column = 'channels';
  end if;
  if type.locked_channels && others then
    raise exception 'channels: % cannot be switched off for this type',
      (select min(c) from unnest(type.locked_channels) as c where c = any (others)) using errcode = 'RBLCK', column = 'channels';
  end if;
  perform notify_private.check_preference(
    type.channels, null, coalesce(set_type_preferences.enabled, chosen is not null or null), set_type_preferences.frequency);
  -- People before what belongs to them, as the engine locks.
  perform from notify.users as u where u.id = me for no key update;
  if chosen is null then
    perform notify_private.write_preference(me, type.key, notify_private.all_channels(), set_type_preferences.enabled,
      set_type_preferences.frequency);
  else
    perform notify_private.write_preference(me, type.key, chosen, true, set_type_preferences.frequency);
    perform notify_private.write_preference(me, type.key, others, false, set_type_preferences.frequency);
  end if;
  return query select p.* from notify_private.effective_preferences(me, null) as p where p.type_key = type.key;
end
$$;
comment on function notify.set_type_preferences(text, boolean, text[], text) is
  'The caller''s own choice for a type on all its channels: on or off everywhere (enabled) or '
  'on exactly these channels, and how often (frequency; daily and weekly where there are '
  'digests, on push and email). That holds for channels that the type begins to use later, too. What '
  'is not given stays as it is. Answers with what holds now.';
grant execute on function notify.set_type_preferences(text, boolean, text[], text) to rowbell_user;
