create or replace function notify.update_settings(
  daily_cap integer default null,
  capped_channels text[] default null,
  rolling_cap integer default null,
  rolling_window interval default null,
  quiet_hours notify.quiet_window[] default null,
  quiet_channels text[] default null,
  digest_time time default null,
  digest_weekday integer default null,
  require_verified_email boolean default null,
  verify_new_emails boolean default null,
  stale_device_after interval default null,
  attention_channels text[] default null,
  leave_out_deleted boolean default null,
  leave_out_read boolean default null,
  read_ends_channels text[] default null,
  note text default null
) returns notify.settings
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  known constant text[] := '{push,email,sms,voice,in_app,webhook}';
  -- Reads and writes as the caller, whose grants are the check.
  wrong constant text[] := case
    when update_settings.daily_cap < 1 then array['daily_cap', 'must be at least 1']
    when not update_settings.capped_channels <@ array_remove(known, 'in_app')
      then array['capped_channels', 'must be push, email, sms, voice or webhook']
    when update_settings.rolling_cap < 0 then array['rolling_cap', 'must be at least 1, or 0 for none']
    when update_settings.rolling_window not between interval '1 minute' and interval '7 days'
      then array['rolling_window', 'must be from a minute to 7 days']
    when not update_settings.quiet_channels <@ known then array['quiet_channels', 'must be push, email, sms, voice, in_app or webhook']
    when not update_settings.attention_channels <@ '{push,email}' then array['attention_channels', 'must be push or email']
    when not update_settings.read_ends_channels <@ array_remove(known, 'in_app')
      then array['read_ends_channels', 'must be push, email, sms, voice or webhook']
    when update_settings.digest_time = '24:00' then array['digest_time', 'midnight is 00:00']
    when update_settings.digest_weekday not between 1 and 7 then array['digest_weekday', 'must be from 1 (Monday) to 7 (Sunday)']
    when update_settings.stale_device_after not between interval '1 day' and interval '3 years'
      then array['stale_device_after', 'must be from a day to 3 years']
    when notify_hidden.wrong_quiet_hours(update_settings.quiet_hours) is not null
      then array['quiet_hours', notify_hidden.wrong_quiet_hours(update_settings.quiet_hours)]
  end;
  settings notify.settings;
begin
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
  update notify.settings as s set
    daily_cap = coalesce(update_settings.daily_cap, s.daily_cap),
    capped_channels = coalesce(update_settings.capped_channels, s.capped_channels),
    rolling_cap = case update_settings.rolling_cap when 0 then null else coalesce(update_settings.rolling_cap, s.rolling_cap) end,
    rolling_window = coalesce(update_settings.rolling_window, s.rolling_window),
    quiet_hours = coalesce(update_settings.quiet_hours, s.quiet_hours),
    quiet_channels = coalesce(update_settings.quiet_channels, s.quiet_channels),
    digest_time = coalesce(update_settings.digest_time, s.digest_time),
    digest_weekday = coalesce(update_settings.digest_weekday::smallint, s.digest_weekday),
    require_verified_email = coalesce(update_settings.require_verified_email, s.require_verified_email),
    verify_new_emails = coalesce(update_settings.verify_new_emails, s.verify_new_emails),
    stale_device_after = coalesce(update_settings.stale_device_after, s.stale_device_after),
    attention_channels = coalesce(update_settings.attention_channels, s.attention_channels),
    leave_out_deleted = coalesce(update_settings.leave_out_deleted, s.leave_out_deleted),
    leave_out_read = coalesce(update_settings.leave_out_read, s.leave_out_read),
    read_ends_channels = coalesce(update_settings.read_ends_channels, s.read_ends_channels)
  where s.singleton
  returning s.* into settings;
  perform notify_hidden.note_operator_action('update_settings', 'settings', update_settings.note,
    pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
      'dailyCap', update_settings.daily_cap, 'cappedChannels', update_settings.capped_channels,
      'rollingCap', update_settings.rolling_cap, 'rollingWindow', update_settings.rolling_window,
      'quietHours', update_settings.quiet_hours, 'quietChannels', update_settings.quiet_channels,
      'digestTime', update_settings.digest_time, 'digestWeekday', update_settings.digest_weekday,
      'requireVerifiedEmail', update_settings.require_verified_email, 'verifyNewEmails', update_settings.verify_new_emails,
      'staleDeviceAfter', update_settings.stale_device_after, 'attentionChannels', update_settings.attention_channels,
      'leaveOutDeleted', update_settings.leave_out_deleted, 'leaveOutRead', update_settings.leave_out_read,
      'readEndsChannels', update_settings.read_ends_channels)));
  return settings;
end
$$;
comment on function notify.update_settings(integer, text[], integer, interval, notify.quiet_window[], text[], time, integer,
  boolean, boolean, interval, text[], boolean, boolean, text[], text) is
  'For operators: what holds for everyone. What is not given stays as it is; '
  'rolling_cap 0: none. What quiet hours, pauses and caps hold is judged again.';
grant execute on function notify.update_settings(integer, text[], integer, interval, notify.quiet_window[], text[], time, integer, boolean,
  boolean, interval, text[], boolean, boolean, text[], text) to rowbell_operator;
