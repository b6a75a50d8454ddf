-- migrate:up
set local lock_timeout = '5s';

create table notify.settings (
  singleton boolean primary key default true constraint settings_is_one_row check (singleton),
  daily_cap integer not null default 3 constraint settings_daily_cap_is_positive check (daily_cap > 0),
  capped_channels text[] not null default '{push}',
  retention interval not null default '30 days'
);
alter table notify.settings enable row level security;
comment on table notify.settings is 'What operators decide for everyone; exactly one row.';
comment on column notify.settings.daily_cap is 'Most notifications on capped channels that one person gets in a day of their own. P0 counts but is never held back.';
comment on column notify.settings.retention is 'How long open-ended dedupe keys and idempotency keys are remembered.';
insert into notify.settings default values;
create policy select_admin on notify.settings for select to rowbell_operator using (true);
create policy update_admin on notify.settings for update to rowbell_operator using (true) with check (true);
grant select, update (daily_cap, capped_channels, retention) on notify.settings to rowbell_operator;

create table notify.notification_types (
  key text primary key constraint notification_types_key_is_a_slug check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  pack text not null,
  category text not null constraint notification_types_category_is_a_slug check (category ~ '^[a-z][a-z0-9_]{0,62}$'),
  priority text not null default 'P1' constraint notification_types_priority_is_known check (priority in ('P0', 'P1')),
  purpose text not null default 'transactional'
    constraint notification_types_purpose_is_known check (purpose in ('transactional', 'promotional')),
  enabled boolean not null default true,
  channels text[] not null default '{push}'
    constraint notification_types_channels_are_known check (channels <@ '{push,email,sms,in_app,webhook}' and channels <> '{}'),
  default_channels text[] not null default '{push}',
  audience text not null constraint notification_types_audience_is_qualified check (audience ~ '^[a-z_]+\.[a-z0-9_]+$'),
  dedupe_key text,
  dedupe_window interval constraint notification_types_dedupe_window_is_positive check (dedupe_window > interval '0'),
  data_template jsonb not null default '{}',
  thread_template text,
  collapse_template text,
  tag text,
  sound text,
  urgency text not null default 'high'
    constraint notification_types_urgency_is_rfc8030 check (urgency in ('very-low', 'low', 'normal', 'high')),
  interruption_level text
    constraint notification_types_interruption_level_is_apns check (interruption_level in ('passive', 'active', 'time-sensitive', 'critical')),
  max_attempts integer not null default 8 constraint notification_types_max_attempts_is_sane check (max_attempts between 1 and 50),
  expires_after interval not null default '30 days' constraint notification_types_expires_after_is_positive check (expires_after > interval '0'),
  constraint notification_types_default_channels_are_channels check (default_channels <@ channels)
);
alter table notify.notification_types enable row level security;
comment on table notify.notification_types is
  'The catalog: one row per kind of notification. A new kind is a row here, its copy per locale and one SQL audience function; no TypeScript.';
comment on column notify.notification_types.pack is 'Which product brought it.';
comment on column notify.notification_types.priority is 'P0 has its own lane and passes the daily cap (but counts towards it).';
comment on column notify.notification_types.channels is 'Channels it may use; a recipient is a candidate once per channel.';
comment on column notify.notification_types.default_channels is 'Channels that are on where the person has said nothing.';
comment on column notify.notification_types.audience is
  'Qualified name of "f(event_ids uuid[]) returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)". Plain "language sql stable" without settings or definer, so that plan() can page through it.';
comment on column notify.notification_types.dedupe_key is 'Template ("first_dates:{tripId}:{userId}"); null: every event stands for itself.';
comment on column notify.notification_types.dedupe_window is 'How long a key is remembered; null: as long as events are (settings.retention).';
comment on column notify.notification_types.data_template is 'Deep link and custom data: an object of string templates, e.g. {"tripId": "{tripId}"}.';
comment on column notify.notification_types.thread_template is 'What groups notifications on screen (APNs thread-id).';
comment on column notify.notification_types.collapse_template is 'A newer notification with the same key replaces an older one not yet shown.';
comment on column notify.notification_types.tag is 'Android notification tag.';
comment on column notify.notification_types.expires_after is 'From the event''s due instant: after it nothing is delivered.';
create policy select_all on notify.notification_types for select to rowbell_user, rowbell_operator, rowbell_writer using (true);
create policy update_admin on notify.notification_types for update to rowbell_operator using (true) with check (true);
grant select on notify.notification_types to rowbell_operator, rowbell_writer;
-- Enough for a preference screen; audiences and templates are nobody's business outside.
grant select (key, pack, category, priority, purpose, enabled, channels, default_channels) on notify.notification_types to rowbell_user;
grant update (enabled, default_channels, dedupe_window, max_attempts, expires_after) on notify.notification_types to rowbell_operator;

create table notify.notification_copies (
  type_key text not null references notify.notification_types on delete cascade on update cascade,
  locale text not null constraint notification_copies_locale_is_bcp47 check (locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  variant text not null default 'default',
  title text not null,
  subtitle text,
  body text not null,
  primary key (type_key, locale, variant)
);
alter table notify.notification_copies enable row level security;
comment on table notify.notification_copies is
  'What a type says, per locale and variant (the leader''s words, the second version''s words). Placeholders in braces: "{CreatorName}". A placeholder without a value fails the planning of that event; it is never sent half-filled.';
create policy select_admin on notify.notification_copies for select to rowbell_operator using (true);
grant select on notify.notification_copies to rowbell_operator;

create table notify.preferences (
  user_id uuid not null references notify.users on delete cascade,
  type_key text not null references notify.notification_types on delete cascade on update cascade,
  channel text not null constraint preferences_channel_is_known check (channel in ('push', 'email', 'sms', 'in_app', 'webhook')),
  enabled boolean not null,
  updated_at timestamptz not null default now(),
  primary key (user_id, type_key, channel)
);
alter table notify.preferences enable row level security;
-- For the foreign key; whole, so that it is as good a way to one preference as the primary key.
create index preferences_type_key_user_id_channel_idx on notify.preferences (type_key, user_id, channel);
comment on table notify.preferences is
  'A person''s own choice per type and channel; where there is no row the type''s default holds, so later changes of the default reach everyone who never chose. Written by set_preference and reset_preference.';
create policy select_own on notify.preferences for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.preferences for select to rowbell_operator using (true);
grant select on notify.preferences to rowbell_user, rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
