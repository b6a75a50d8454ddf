-- A weekday is small, and functions take it as such. "enabled" is read by functions alone, which are deployed along.
-- squawk-ignore-file prefer-bigint-over-smallint, ban-drop-not-null
-- migrate:up
set local lock_timeout = '5s';

alter table notify.users add column region text
  constraint users_region_is_iso3166 check (region ~ '^[A-Z]{2}(-[A-Z0-9]{1,3})?$');
comment on column notify.users.region is 'ISO 3166 country ("FR") or subdivision ("US-CA"): which consent rule holds for this person; null (unknown) counts as the strictest.';
grant insert (region), update (region) on notify.users to rowbell_writer;

create type notify.quiet_window as (weekday smallint, starts_at time, ends_at time);
comment on type notify.quiet_window is
  'Quiet hours that begin on an ISO weekday (1 Monday to 7 Sunday) at a local time and end at the next such local time: "22:00" to "07:00" ends the day after.';

create table notify.personal_settings (
  user_id uuid primary key references notify.users on delete cascade,
  quiet_hours notify.quiet_window[],
  paused_until timestamptz,
  daily_cap integer constraint personal_settings_daily_cap_is_positive check (daily_cap > 0),
  digest_time time,
  digest_weekday smallint constraint personal_settings_digest_weekday_is_iso check (digest_weekday between 1 and 7),
  source text not null default 'person',
  updated_at timestamptz not null default now()
);
alter table notify.personal_settings enable row level security;
comment on table notify.personal_settings is
  'What a person decided for everything they get; null: what the operators decided (notify.settings). Written by update_personal_settings and reset_personal_settings.';
comment on column notify.personal_settings.quiet_hours is 'In the person''s own time zone; {} means none, null the operators'' default.';
comment on column notify.personal_settings.paused_until is 'All but P0 waits until then.';
comment on column notify.personal_settings.daily_cap is 'Counts only where it is lower than the operators''.';
comment on column notify.personal_settings.source is 'Who set it last: person, operator, service or unsubscribe.';
create policy select_own on notify.personal_settings for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.personal_settings for select to rowbell_operator using (true);
grant select on notify.personal_settings to rowbell_user, rowbell_operator;

alter table notify.settings
  add column quiet_hours notify.quiet_window[] not null default '{}',
  add column quiet_channels text[] not null default '{push,email,sms}'
    constraint settings_quiet_channels_are_known check (quiet_channels <@ '{push,email,sms,in_app,webhook}'),
  add column rolling_cap integer constraint settings_rolling_cap_is_positive check (rolling_cap > 0),
  add column rolling_window interval not null default '24 hours'
    constraint settings_rolling_window_is_sane check (rolling_window between interval '1 minute' and interval '7 days'),
  add column digest_time time not null default '09:00',
  add column digest_weekday smallint not null default 1 constraint settings_digest_weekday_is_iso check (digest_weekday between 1 and 7);
comment on column notify.settings.daily_cap is 'Most messages that one person gets in a day of their own, over all types and the capped channels together. P0 counts but is never held back.';
comment on column notify.settings.capped_channels is 'What the caps count: each notification once on each of these channels.';
comment on column notify.settings.quiet_hours is 'Quiet hours of people who set none of their own.';
comment on column notify.settings.quiet_channels is 'Channels that disturb, hence wait during quiet hours and pauses.';
comment on column notify.settings.rolling_cap is 'Most messages within any rolling_window, beside the daily cap; null: no such cap.';
comment on column notify.settings.digest_time is 'Local time at which people get their digests, and what the cap deferred, where they chose none.';
comment on column notify.settings.digest_weekday is 'ISO weekday of the weekly digest where people chose none.';
grant update (quiet_hours, quiet_channels, rolling_cap, rolling_window, digest_time, digest_weekday) on notify.settings to rowbell_operator;

alter table notify.notification_types
  add column still_relevant text constraint notification_types_still_relevant_is_qualified check (still_relevant ~ '^[a-z_]+\.[a-z0-9_]+$'),
  add column locked_channels text[] not null default '{}',
  add column default_frequency text not null default 'instant'
    constraint notification_types_default_frequency_is_known check (default_frequency in ('instant', 'daily', 'weekly', 'never')),
  add column cap_excess text not null default 'drop'
    constraint notification_types_cap_excess_is_known check (cap_excess in ('drop', 'defer', 'digest')),
  add constraint notification_types_locked_channels_are_on check (locked_channels <@ default_channels) not valid;
comment on column notify.notification_types.still_relevant is
  'Qualified name of "f(event_id uuid, recipient_id uuid) returns boolean" (stable; plpgsql, whose plans are kept): asked when planned, when released from a hold and when sent; false or null: not any more.';
comment on column notify.notification_types.locked_channels is 'Channels that a person cannot switch off or slow down (security, billing).';
comment on column notify.notification_types.default_frequency is 'Where the person has said nothing. Digests exist for push and email; on other channels daily and weekly count as instant.';
comment on column notify.notification_types.cap_excess is 'What becomes of it beyond the cap: drop, defer (next day at digest_time, or when the rolling window has room) or digest (the daily one).';
grant update (locked_channels, default_frequency, cap_excess) on notify.notification_types to rowbell_operator;
grant select (locked_channels, default_frequency) on notify.notification_types to rowbell_user;

alter table notify.preferences
  alter column enabled drop not null,
  add column frequency text constraint preferences_frequency_is_known check (frequency in ('instant', 'daily', 'weekly', 'never')),
  add column source text not null default 'person',
  add constraint preferences_says_something check (num_nonnulls(enabled, frequency) > 0) not valid;
comment on table notify.preferences is
  'A person''s own choice per type and channel. What is null here is asked of their choice for the category, then of the type''s default, so later changes of the default reach everyone who never chose.';
comment on column notify.preferences.source is 'Who set it last: person, operator, service or unsubscribe.';

create table notify.category_preferences (
  user_id uuid not null references notify.users on delete cascade,
  category text not null constraint category_preferences_category_is_a_slug check (category ~ '^[a-z][a-z0-9_]{0,62}$'),
  channel text not null constraint category_preferences_channel_is_known check (channel in ('push', 'email', 'sms', 'in_app', 'webhook')),
  enabled boolean,
  frequency text constraint category_preferences_frequency_is_known check (frequency in ('instant', 'daily', 'weekly', 'never')),
  source text not null default 'person',
  updated_at timestamptz not null default now(),
  primary key (user_id, category, channel),
  constraint category_preferences_says_something check (num_nonnulls(enabled, frequency) > 0)
);
alter table notify.category_preferences enable row level security;
comment on table notify.category_preferences is 'A person''s choice for all types of a category on a channel; their choice for one type goes before it.';
create policy select_own on notify.category_preferences for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.category_preferences for select to rowbell_operator using (true);
grant select on notify.category_preferences to rowbell_user, rowbell_operator;

create table notify.preference_changes (
  id uuid primary key default uuidv7(),
  user_id uuid references notify.users on delete cascade,
  scope text not null constraint preference_changes_scope_is_known check (scope in ('type', 'category', 'personal', 'user', 'default', 'settings')),
  key text,
  channel text,
  old jsonb,
  new jsonb,
  source text not null,
  changed_by uuid,
  changed_at timestamptz not null default clock_timestamp()
);
alter table notify.preference_changes enable row level security;
create index preference_changes_user_id_changed_at_idx on notify.preference_changes (user_id, changed_at);
comment on table notify.preference_changes is
  'Every change of a choice or default, append-only, by triggers: what held at an instant is the old value of the first change after it, or the present one. So "what did she allow at 03:12?" has an answer.';
comment on column notify.preference_changes.user_id is 'Whose choice; null for what operators decided for everyone (scope default, settings).';
comment on column notify.preference_changes.key is 'Type key or category; null for scope personal, user (time zone, region) and settings.';
create policy select_own on notify.preference_changes for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.preference_changes for select to rowbell_operator using (true);
grant select on notify.preference_changes to rowbell_user, rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
