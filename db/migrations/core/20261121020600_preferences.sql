-- migrate:up
set local lock_timeout = '5s';

-- What these answer with or take changes; functions are made anew at each deploy.
drop function if exists notify.my_preferences();
drop function if exists notify.set_preference(text, text, boolean);
drop function if exists notify.reset_preference(text, text);
drop type notify.effective_preference;

create type notify.effective_preference as (
  type_key text, pack text, category text, channel text, enabled boolean, source text, frequency text, frequency_source text
);
comment on type notify.effective_preference is
  'Whether and how often a person gets a type on a channel. The sources say whose word holds: own (their choice for the type), category (their choice for its category), default (the type''s), locked (operators'': cannot be changed).';

create type notify.setting_name as enum ('quiet_hours', 'paused_until', 'daily_cap', 'digest_time', 'digest_weekday');
comment on type notify.setting_name is 'What a person may decide for everything they get.';

create type notify.effective_settings as (
  time_zone text, quiet_hours notify.quiet_window[], paused_until timestamptz, daily_cap integer, digest_time time, digest_weekday integer,
  own notify.setting_name[]
);
comment on type notify.effective_settings is
  'What holds for a person: their own word where "own" names it, the operators'' elsewhere. time_zone: "UTC" where unknown.';

comment on column notify.preference_changes.scope is
  'type, category: a choice; personal: personal_settings; user: time zone and region; default: a notification type, all of it; settings: the operators'' settings.';
comment on column notify.preference_changes.source is
  'person, operator, service or unsubscribe: the row''s own word where it has one, else by the role that acted (rowbell_user, rowbell_operator, rowbell_http; anybody else is a service).';
comment on column notify.preference_changes.changed_by is 'users.id of who acted, where they have one.';

-- Added before without a scan.
alter table notify.notification_types validate constraint notification_types_locked_channels_are_on;
alter table notify.preferences validate constraint preferences_says_something;

-- Consent is asked before all else, so nothing may pass it by being locked.
alter table notify.notification_types
  add constraint notification_types_promotional_is_not_locked check (purpose = 'transactional' or locked_channels = '{}') not valid;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
