create or replace function notify.set_preference(type_key text, channel text, enabled boolean default null, frequency text default null)
returns notify.effective_preference
language plpgsql volatile
-- Definer: there is no insert grant; this writes the caller's own choice about a type and channel that exist.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.require_known_user();
  type constant notify.notification_types := notify_private.require_type(set_preference.type_key);
  effective notify.effective_preference;
begin
  perform notify_private.check_preference(type.channels, coalesce(set_preference.channel, ''),
    set_preference.enabled, set_preference.frequency);
  -- People before what belongs to them, as the engine locks.
  perform from notify.users as u where u.id = me for no key update;
  perform notify_private.write_preference(me, type.key, array[set_preference.channel], set_preference.enabled, set_preference.frequency);
  select p.* into effective
  from notify_private.effective_preferences(me, null) as p where p.type_key = type.key and p.channel = set_preference.channel;
  return effective;
end
$$;
comment on function notify.set_preference(text, text, boolean, text) is $$
@nullable
The caller's own choice whether (enabled) and how often (frequency: instant, daily, weekly, never) to get a type on a
channel. What is not given stays as it is. Answers with what holds
now, or with null where the type is switched off.
$$;
grant execute on function notify.set_preference(text, text, boolean, text) to rowbell_user;
