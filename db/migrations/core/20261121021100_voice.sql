-- migrate:up
set local lock_timeout = '5s';

-- A call is a delivery like any other: planned, claimed, explained, and like an SMS made at most once.
alter table notify.notification_types
  drop constraint notification_types_channels_are_known,
  add constraint notification_types_channels_are_known
    check (channels <@ '{push,email,sms,voice,in_app,webhook}' and channels <> '{}') not valid;
alter table notify.preferences
  drop constraint preferences_channel_is_known,
  add constraint preferences_channel_is_known check (channel in ('push', 'email', 'sms', 'voice', 'in_app', 'webhook')) not valid;
alter table notify.category_preferences
  drop constraint category_preferences_channel_is_known,
  add constraint category_preferences_channel_is_known check (channel in ('push', 'email', 'sms', 'voice', 'in_app', 'webhook')) not valid;
alter table notify.suppressions
  drop constraint suppressions_channel_is_known,
  add constraint suppressions_channel_is_known check (channel in ('push', 'email', 'sms', 'voice', 'webhook')) not valid;
alter table notify.settings
  drop constraint settings_quiet_channels_are_known,
  add constraint settings_quiet_channels_are_known check (quiet_channels <@ '{push,email,sms,voice,in_app,webhook}') not valid,
  alter column quiet_channels set default '{push,email,sms,voice}';
update notify.settings set quiet_channels = quiet_channels || '{voice}' where 'voice' <> all (quiet_channels);
alter table notify.fallback_steps
  drop constraint fallback_steps_channels_are_known,
  add constraint fallback_steps_channels_are_known check (channels <@ '{push,email,sms,voice,in_app,webhook}' and channels <> '{}') not valid;
alter table notify.events
  drop constraint events_channels_are_known,
  add constraint events_channels_are_known check (channels <@ '{push,email,sms,voice,in_app,webhook}' and channels <> '{}') not valid;

alter table notify.providers
  drop constraint providers_provider_is_known,
  add constraint providers_provider_is_known
    check (provider in ('apns', 'fcm', 'web_push', 'smtp', 'twilio', 'twilio_voice', 'webhook', 'in_app')) not valid;
insert into notify.providers (provider, channel, configured) values ('twilio_voice', 'voice', false);
comment on column notify.users.phone is 'E.164 number for the SMS and voice channels; null: neither.';

alter table notify.receipts
  drop constraint receipts_kind_is_known,
  add constraint receipts_kind_is_known
    check (kind in ('sent', 'delivered', 'answered', 'completed', 'opened', 'clicked', 'bounced', 'failed', 'complained')) not valid;
comment on column notify.receipts.kind is
  'answered and completed are a call''s: who picked up stands in code (human, machine_start, fax, unknown), and it is over.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
