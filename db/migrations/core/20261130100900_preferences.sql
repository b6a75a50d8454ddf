-- A weekday is small, and functions take it as such.
-- squawk-ignore-file prefer-bigint-over-smallint
-- migrate:up
set local lock_timeout = '5s';

-- What operators decide for everyone and people for themselves, and all that ever changed of it.

create type notify.quiet_window as (weekday smallint, starts_at time, ends_at time);
comment on type notify.quiet_window is
  'Quiet hours that begin on an ISO weekday (1 Monday to 7 Sunday) at a local time and end at the next such local time: "22:00" to '
  '"07:00" ends the day after.';

create table notify.settings (
  singleton boolean primary key default true constraint settings_is_one_row check (singleton),
  daily_cap integer not null default 3 constraint settings_daily_cap_is_positive check (daily_cap > 0),
  capped_channels text[] not null default '{push}'
    constraint settings_capped_channels_are_counted check ('in_app' <> all (capped_channels)),
  rolling_cap integer constraint settings_rolling_cap_is_positive check (rolling_cap > 0),
  rolling_window interval not null default '24 hours'
    constraint settings_rolling_window_is_sane check (rolling_window between interval '1 minute' and interval '7 days'),
  quiet_hours notify.quiet_window[] not null default '{}',
  quiet_channels text[] not null default '{push,email,sms,voice}'
    constraint settings_quiet_channels_are_known check (quiet_channels <@ '{push,email,sms,voice,in_app,webhook}'),
  attention_channels text[] not null default '{}'
    constraint settings_attention_channels_are_known check (attention_channels <@ '{push,email}'),
  leave_out_deleted boolean not null default true,
  leave_out_read boolean not null default true,
  read_ends_channels text[] not null default '{push}'
    constraint settings_read_ends_channels_are_known check (read_ends_channels <@ '{push,email,sms,voice,webhook}'),
  digest_time time not null default '09:00',
  digest_weekday smallint not null default 1 constraint settings_digest_weekday_is_iso check (digest_weekday between 1 and 7),
  require_verified_email boolean not null default true,
  verify_new_emails boolean not null default false,
  stale_device_after interval not null default '90 days'
    constraint settings_stale_device_after_is_sane check (stale_device_after between interval '1 day' and interval '3 years'),
  retention interval not null default '30 days'
);
alter table notify.settings enable row level security;
insert into notify.settings default values;
comment on table notify.settings is 'What operators decide for everyone; exactly one row.';
comment on column notify.settings.daily_cap is
  'Most messages that one person gets in a day of their own, over all types and the capped channels together. P0 counts but is never '
  'held back.';
comment on column notify.settings.capped_channels is 'What the caps count: each notification once on each of these channels.';
comment on column notify.settings.rolling_cap is 'Most messages within any rolling_window, beside the daily cap; null: no such cap.';
comment on column notify.settings.quiet_hours is 'Quiet hours of people who set none of their own.';
comment on column notify.settings.quiet_channels is 'Channels that disturb, hence wait during quiet hours and pauses.';
comment on column notify.settings.attention_channels is
  'Channels on which what goes to the inbox as well waits for 20 seconds while its person looks at their inbox, and is left out if it was '
  'seen there. A type may say otherwise.';
comment on column notify.settings.leave_out_deleted is
  'What somebody deleted in their inbox is told nowhere else any more: digests leave it out, and what waits ends.';
comment on column notify.settings.leave_out_read is 'Digests leave out what was read, clicked or archived before they close.';
comment on column notify.settings.read_ends_channels is
  'Channels on which P1 that waits ends where it was read, clicked or archived meanwhile.';
comment on column notify.settings.digest_time is
  'Local time at which people get their digests, and what the cap deferred, where they chose none.';
comment on column notify.settings.digest_weekday is 'ISO weekday of the weekly digest where people chose none.';
comment on column notify.settings.require_verified_email is
  'Nothing but the verification mail goes to a mailbox that nobody has verified. Off: for installations whose application verifies and '
  'does not say so.';
comment on column notify.settings.verify_new_emails is
  'Send the verification mail by itself whenever a service sets a mailbox. Off unless told, since an import of a million people would '
  'mail them all.';
comment on column notify.settings.stale_device_after is
  'A device without contact for so long is not pushed to any more. Of tokens that silent most are dead, and providers think little of '
  'senders who go on.';
comment on column notify.settings.retention is 'How long open-ended dedupe keys and idempotency keys are remembered.';
create policy select_admin on notify.settings for select to rowbell_operator using (true);
create policy update_admin on notify.settings for update to rowbell_operator using (true) with check (true);
grant select,
  update (daily_cap, capped_channels, rolling_cap, rolling_window, quiet_hours, quiet_channels, attention_channels,
    leave_out_deleted, leave_out_read, read_ends_channels,
    digest_time, digest_weekday, require_verified_email, verify_new_emails, stale_device_after, retention)
  on notify.settings to rowbell_operator;

create table notify.personal_settings (
  user_id uuid primary key references notify.users on delete cascade,
  quiet_hours notify.quiet_window[],
  paused_until timestamptz,
  daily_cap integer constraint personal_settings_daily_cap_is_positive check (daily_cap > 0),
  digest_time time,
  digest_weekday smallint constraint personal_settings_digest_weekday_is_iso check (digest_weekday between 1 and 7),
  hold_while_looking boolean,
  source text not null default 'person'
    constraint personal_settings_source_is_known check (source in ('person', 'operator', 'service', 'unsubscribe')),
  updated_at timestamptz not null default now()
);
alter table notify.personal_settings enable row level security;
comment on table notify.personal_settings is $$
@omit user: my_settings() says what holds, and what of it is their own.
@values source ChangeSource
What a person decided for everything they get; null: what the operators decided (notify.settings). Written by
update_personal_settings and reset_personal_settings.
$$;
comment on column notify.personal_settings.quiet_hours is 'In the person''s own time zone; {} means none, null the operators'' default.';
comment on column notify.personal_settings.paused_until is 'All but P0 waits until then.';
comment on column notify.personal_settings.daily_cap is 'Counts only where it is lower than the operators''.';
comment on column notify.personal_settings.hold_while_looking is
  'False: nothing waits because they look at their inbox; null or true: what the operators decided.';
comment on column notify.personal_settings.source is 'Who set it last: person, operator, service or unsubscribe.';
create policy select_own on notify.personal_settings for select to rowbell_user
  using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.personal_settings for select to rowbell_operator using (true);
grant select on notify.personal_settings to rowbell_user, rowbell_operator;

create table notify.preferences (
  user_id uuid not null references notify.users on delete cascade,
  type_key text not null references notify.notification_types on delete cascade on update cascade,
  channel text not null constraint preferences_channel_is_known check (channel in ('push', 'email', 'sms', 'voice', 'in_app', 'webhook')),
  enabled boolean,
  frequency text constraint preferences_frequency_is_known check (frequency in ('instant', 'daily', 'weekly', 'never')),
  source text not null default 'person'
    constraint preferences_source_is_known check (source in ('person', 'operator', 'service', 'unsubscribe')),
  updated_at timestamptz not null default now(),
  primary key (user_id, type_key, channel),
  constraint preferences_says_something check (num_nonnulls(enabled, frequency) > 0)
);
alter table notify.preferences enable row level security;
-- For the foreign key; whole, so that it is as good a way to one preference as the primary key.
create index preferences_type_key_user_id_channel_idx on notify.preferences (type_key, user_id, channel);
comment on table notify.preferences is $$
@omit user: my_preferences() says what holds, and on whose word.
@values source ChangeSource
A person's own choice per type and channel. What is null here is asked of their choice for the category, then of the
type's default, so later changes of the default reach everyone who never chose.
$$;
comment on column notify.preferences.source is 'Who set it last: person, operator, service or unsubscribe.';
create policy select_own on notify.preferences for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.preferences for select to rowbell_operator using (true);
grant select on notify.preferences to rowbell_user, rowbell_operator;

create table notify.category_preferences (
  user_id uuid not null references notify.users on delete cascade,
  category text not null constraint category_preferences_category_is_a_slug check (category ~ '^[a-z][a-z0-9_]{0,62}$'),
  channel text not null
    constraint category_preferences_channel_is_known check (channel in ('push', 'email', 'sms', 'voice', 'in_app', 'webhook')),
  enabled boolean,
  frequency text constraint category_preferences_frequency_is_known check (frequency in ('instant', 'daily', 'weekly', 'never')),
  source text not null default 'person'
    constraint category_preferences_source_is_known check (source in ('person', 'operator', 'service', 'unsubscribe')),
  updated_at timestamptz not null default now(),
  primary key (user_id, category, channel),
  constraint category_preferences_says_something check (num_nonnulls(enabled, frequency) > 0)
);
alter table notify.category_preferences enable row level security;
comment on table notify.category_preferences is $$
@omit user: my_preferences() says what holds, and on whose word.
@values source ChangeSource
A person's choice for all types of a category on a channel; their choice for one type goes before it. The category "all"
holds for every category they said nothing of.
$$;
create policy select_own on notify.category_preferences for select to rowbell_user
  using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.category_preferences for select to rowbell_operator using (true);
grant select on notify.category_preferences to rowbell_user, rowbell_operator;

create table notify.fallback_choices (
  user_id uuid not null references notify.users on delete cascade,
  type_key text not null references notify.notification_types on delete cascade on update cascade,
  fallback_key text not null references notify.fallbacks on update cascade,
  primary key (user_id, type_key)
);
alter table notify.fallback_choices enable row level security;
create index fallback_choices_type_key_user_id_idx on notify.fallback_choices (type_key, user_id);
create index fallback_choices_fallback_key_idx on notify.fallback_choices (fallback_key);
comment on table notify.fallback_choices is
  'A person''s own order of channels for a type, before the type''s; the event''s goes before both.';
create policy select_own on notify.fallback_choices for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.fallback_choices for select to rowbell_operator using (true);
create policy select_service on notify.fallback_choices for select to rowbell_writer using (true);
create policy insert_service on notify.fallback_choices for insert to rowbell_writer with check (true);
create policy update_service on notify.fallback_choices for update to rowbell_writer using (true) with check (true);
create policy delete_service on notify.fallback_choices for delete to rowbell_writer using (true);
grant select on notify.fallback_choices to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (user_id, type_key, fallback_key), update (fallback_key), delete on notify.fallback_choices to rowbell_writer;
-- People choose by set_fallback(), which knows which orders make sense for a type.

create table notify.preference_changes (
  id uuid primary key default uuidv7(),
  user_id uuid references notify.users on delete cascade,
  scope text not null
    constraint preference_changes_scope_is_known check (scope in ('type', 'category', 'personal', 'user', 'default', 'settings')),
  key text,
  channel text,
  old jsonb,
  new jsonb,
  source text not null constraint preference_changes_source_is_known check (source in ('person', 'operator', 'service', 'unsubscribe')),
  changed_by uuid,
  changed_at timestamptz not null default clock_timestamp()
);
alter table notify.preference_changes enable row level security;
create index preference_changes_user_id_changed_at_idx on notify.preference_changes (user_id, changed_at);
comment on table notify.preference_changes is $$
@root
@order id desc
@values source ChangeSource
Every change of a choice or default, append-only, by triggers: what held at an instant is the old value of the first
change after it, or the present one. So "what did she allow at 03:12?" has an answer.
$$;
comment on column notify.preference_changes.user_id is
  'Whose choice; null for what operators decided for everyone (scope default, settings).';
comment on column notify.preference_changes.scope is
  'type, category: a choice; personal: personal_settings; user: time zone and region; default: a notification type, all of it; '
  'settings: the operators'' settings.';
comment on column notify.preference_changes.key is 'Type key or category; null for scope personal, user (time zone, region) and settings.';
comment on column notify.preference_changes.source is
  'person, operator, service or unsubscribe: the row''s own word where it has one, else by the role that acted (rowbell_user, '
  'rowbell_operator, rowbell_http; anybody else is a service).';
comment on column notify.preference_changes.changed_by is 'users.id of who acted, where they have one.';
create policy select_own on notify.preference_changes for select to rowbell_user
  using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.preference_changes for select to rowbell_operator using (true);
grant select on notify.preference_changes to rowbell_user, rowbell_operator;

create type notify.effective_preference as (
  type_key text, pack text, category text, channel text, enabled boolean, source text, frequency text, frequency_source text
);
comment on type notify.effective_preference is $$
@values source PreferenceOrigin: locked own category default
@values frequency_source PreferenceOrigin
Whether and how often a person gets a type on a channel. The sources say whose word holds: own (their choice for the
type), category (their choice for its category), default (the type's), locked (operators': cannot be changed).
$$;

create type notify.setting_name as enum ('quiet_hours', 'paused_until', 'daily_cap', 'digest_time', 'digest_weekday', 'hold_while_looking');
comment on type notify.setting_name is 'What a person may decide for everything they get.';

create type notify.effective_settings as (
  time_zone text, quiet_hours notify.quiet_window[], paused_until timestamptz, daily_cap integer, digest_time time,
  digest_weekday integer, hold_while_looking boolean, own notify.setting_name[]
);
comment on type notify.effective_settings is $$
@nullable paused_until
What holds for a person: their own word where "own" names it, the operators' elsewhere. time_zone: "UTC" where unknown.
hold_while_looking: false where they want to be told though they look at their inbox.
$$;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
