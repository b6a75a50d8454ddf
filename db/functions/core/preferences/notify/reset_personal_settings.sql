create or replace function notify.reset_personal_settings(settings notify.setting_name[] default null) returns notify.effective_settings
language plpgsql volatile
-- Definer: there is no update or delete grant; this takes back the caller's own settings and no others.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  taken constant notify.setting_name[] := coalesce(
    reset_personal_settings.settings, pg_catalog.enum_range(null::notify.setting_name));
begin
  perform from notify.users as u where u.id = me for no key update;
  update notify.personal_settings as p set
    quiet_hours = case when 'quiet_hours' <> all (taken) then p.quiet_hours end,
    paused_until = case when 'paused_until' <> all (taken) then p.paused_until end,
    daily_cap = case when 'daily_cap' <> all (taken) then p.daily_cap end,
    digest_time = case when 'digest_time' <> all (taken) then p.digest_time end,
    digest_weekday = case when 'digest_weekday' <> all (taken) then p.digest_weekday end,
    hold_while_looking = case when 'hold_while_looking' <> all (taken) then p.hold_while_looking end,
    source = notify_private.change_source(), updated_at = pg_catalog.clock_timestamp()
  where p.user_id = me;
  return notify_private.effective_settings(me, null);
end
$$;
comment on function notify.reset_personal_settings(notify.setting_name[]) is
  'Takes back what the caller decided for everything they get, or only what is named, so that the operators'' settings '
  'hold, now and as they change. Naming PAUSED_UNTIL ends a pause. The time zone stays. Answers with what holds now.';
grant execute on function notify.reset_personal_settings(notify.setting_name[]) to rowbell_user;
