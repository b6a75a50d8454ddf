create or replace function coaching.update_coaching_preferences(notification_pref text default null, lead_minutes integer default null)
  returns coaching.members
language plpgsql volatile
-- Definer: people have no grant to write here; this changes the caller's own row.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  member coaching.members;
begin
  if update_coaching_preferences.notification_pref not in ('push_only', 'sms_only', 'push_and_sms') then
    raise exception 'notification_pref: must be push_only, sms_only or push_and_sms' using errcode = 'RBINV', column = 'notification_pref';
  end if;
  if update_coaching_preferences.lead_minutes not between 1 and 60 then
    raise exception 'lead_minutes: must be from 1 to 60' using errcode = 'RBINV', column = 'lead_minutes';
  end if;
  insert into coaching.members as m (user_id, notification_pref, lead_minutes)
  values (me, update_coaching_preferences.notification_pref, coalesce(update_coaching_preferences.lead_minutes, 5))
  on conflict (user_id) do update set
    notification_pref = coalesce(update_coaching_preferences.notification_pref, m.notification_pref),
    lead_minutes = coalesce(update_coaching_preferences.lead_minutes, m.lead_minutes)
  returning * into member;
  return member;
end
$$;
comment on function coaching.update_coaching_preferences(text, integer) is $$
@values notification_pref MemberNotificationPref
CP-41: the caller's path (push_only, sms_only, push_and_sms) and lead time (1 to 60 minutes); null leaves as it is.
Holds for previews still to come.
$$;
grant execute on function coaching.update_coaching_preferences(text, integer) to rowbell_user;
