-- migrate:up
set local lock_timeout = '5s';

-- Apart from adding them: checking what is there holds nobody up.
alter table notify.notification_types validate constraint notification_types_channels_are_known;
alter table notify.preferences validate constraint preferences_channel_is_known;
alter table notify.category_preferences validate constraint category_preferences_channel_is_known;
alter table notify.suppressions validate constraint suppressions_channel_is_known;
alter table notify.settings validate constraint settings_quiet_channels_are_known;
alter table notify.fallback_steps validate constraint fallback_steps_channels_are_known;
alter table notify.events validate constraint events_channels_are_known;
alter table notify.providers validate constraint providers_provider_is_known;
alter table notify.receipts validate constraint receipts_kind_is_known;
alter table notify.deliveries validate constraint deliveries_sms_is_measured;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
