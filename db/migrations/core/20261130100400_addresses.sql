-- migrate:up
set local lock_timeout = '5s';

-- Where people are reached: devices and webhook endpoints (a mailbox and a number stand in users), and addresses not to be used.

create table notify.devices (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  -- No foreign key: register_device() alone writes it, and an index of it would serve nothing else.
  app_key text not null default 'default',
  session_id text,
  environment text not null default 'production'
    constraint devices_environment_is_known check (environment in ('production', 'development')),
  provider text not null constraint devices_provider_is_push check (provider in ('apns', 'fcm', 'web_push')),
  token text not null constraint devices_token_fits check (length(token) between 1 and 2000),
  web_push_p256dh text,
  web_push_auth text,
  platform text constraint devices_platform_is_short check (length(platform) <= 40),
  name text constraint devices_name_is_short check (length(name) <= 120),
  registered_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  deactivated_at timestamptz,
  deactivation_reason text,
  constraint devices_web_push_keys_iff_web_push
    check ((provider = 'web_push') = (web_push_p256dh is not null and web_push_auth is not null)),
  constraint devices_development_is_apns check (environment = 'production' or provider = 'apns'),
  constraint devices_reason_iff_deactivated check ((deactivated_at is null) = (deactivation_reason is null)),
  constraint devices_provider_token_key unique (provider, token)
);
alter table notify.devices enable row level security;
-- Audience planning and the claim look devices up by their owner; also the foreign key's index.
create index devices_user_id_idx on notify.devices (user_id);
create index devices_session_id_idx on notify.devices (session_id) where session_id is not null;
comment on table notify.devices is
  'One app installation or browser that can be pushed to. A token has one owner at a time: registering it again moves the row. Written '
  'by register_device, unregister_device, delete_device (each also for services) and end_session only, which is why there is no insert, '
  'update or delete grant.';
comment on column notify.devices.app_key is
  'The app that it is an installation of; "default" is the one for all products, which hears of types of every app.';
comment on column notify.devices.environment is
  'Of APNs: whether its token is of a build for production or for development; it decides by which sender it is reached.';
comment on column notify.devices.session_id is 'The session in which it was registered; ending that session removes the device.';
comment on column notify.devices.provider is 'Who carries pushes to it. Routing reads this column only, never platform.';
comment on column notify.devices.token is 'APNs device token (hex), FCM registration token, or Web Push endpoint (https URL).';
comment on column notify.devices.web_push_p256dh is 'RFC 8291 public key of the browser, base64url.';
comment on column notify.devices.web_push_auth is 'RFC 8291 authentication secret of the browser, base64url.';
comment on column notify.devices.platform is 'For people to read ("iOS 19", "Firefox"); nothing decides by it.';
comment on column notify.devices.registered_at is 'Last registration; a provider''s "gone since" that is older is stale news.';
comment on column notify.devices.seen_at is
  'Last contact, to about half a day: its registration, or any request of its session. What is silent for longer than '
  'settings.stale_device_after is deactivated, reason "stale"; a request of its session brings it back.';
comment on column notify.devices.deactivated_at is
  'Since when it is not pushed to: the provider says the token is gone, or it was silent too long; null while it works.';
create policy select_own on notify.devices for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.devices for select to rowbell_operator using (true);
create policy select_service on notify.devices for select to rowbell_writer using (true);
-- The token itself is a credential to reach the phone: people, operators and services see everything else.
grant select (id, user_id, app_key, environment, session_id, provider, platform, name, registered_at, seen_at, deactivated_at,
  deactivation_reason) on notify.devices to rowbell_user, rowbell_operator, rowbell_writer;

create table notify.webhook_endpoints (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  url text not null constraint webhook_endpoints_url_is_http check (url ~ '^https?://\S+$' and length(url) <= 2000),
  secret text not null constraint webhook_endpoints_secret_is_standard check (secret ~ '^whsec_[A-Za-z0-9+/=]+$' and length(secret) <= 206),
  previous_secret text,
  previous_secret_expires_at timestamptz,
  created_at timestamptz not null default now(),
  deactivated_at timestamptz,
  deactivation_reason text,
  constraint webhook_endpoints_previous_secret_expires
    check ((previous_secret is null) = (previous_secret_expires_at is null)),
  constraint webhook_endpoints_reason_iff_deactivated check ((deactivated_at is null) = (deactivation_reason is null)),
  constraint webhook_endpoints_user_id_url_key unique (user_id, url)
);
alter table notify.webhook_endpoints enable row level security;
-- Whose a URL is. A hash, since a URL may be longer than an ordered index takes.
create index webhook_endpoints_url_idx on notify.webhook_endpoints using hash (url);
comment on table notify.webhook_endpoints is
  'Where a recipient (often another service) takes notifications over HTTP, signed as Standard Webhooks say. Its owner registers, '
  'changes and deletes it by functions, and a service does so for them; a service may also insert one. A secret is shown once, when it '
  'is made.';
comment on column notify.webhook_endpoints.secret is 'Signing secret, "whsec_" + base64 (Standard Webhooks).';
comment on column notify.webhook_endpoints.previous_secret is
  'The secret before the last rotation: calls are signed with both until previous_secret_expires_at.';
comment on column notify.webhook_endpoints.previous_secret_expires_at is
  'Until when calls are signed with the previous secret as well; null: with one secret only.';
create policy select_own on notify.webhook_endpoints for select to rowbell_user
  using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.webhook_endpoints for select to rowbell_operator using (true);
create policy select_service on notify.webhook_endpoints for select to rowbell_writer using (true);
create policy insert_service on notify.webhook_endpoints for insert to rowbell_writer with check (true);
grant select (id, user_id, url, previous_secret_expires_at, created_at, deactivated_at, deactivation_reason)
  on notify.webhook_endpoints to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (user_id, url, secret) on notify.webhook_endpoints to rowbell_writer;

create type notify.webhook_secret as (webhook_endpoint_id uuid, secret text, previous_secret_expires_at timestamptz);
comment on type notify.webhook_secret is $$
@nullable previous_secret_expires_at
The signing secret of a webhook endpoint, which is shown this once, and until when calls are signed with the one before
it as well.
$$;

create table notify.suppressions (
  id uuid primary key default uuidv7(),
  channel text not null constraint suppressions_channel_is_known check (channel in ('push', 'email', 'sms', 'voice', 'webhook')),
  address text not null,
  reason text not null
    constraint suppressions_reason_is_known check (reason in ('hard_bounce', 'complaint', 'opted_out', 'invalid_address', 'operator')),
  note text constraint suppressions_note_is_short check (length(note) between 1 and 500),
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  constraint suppressions_channel_address_key unique (channel, address)
);
alter table notify.suppressions enable row level security;
comment on table notify.suppressions is
  E'@paged\n'
  'Addresses that must not be used, whoever they belong to. Email addresses are kept in lower case, their domains as DNS has them '
  '("xn--bcher-kva.example").';
comment on column notify.suppressions.note is 'Why, in the words of whoever put it there.';
comment on column notify.suppressions.expires_at is 'Ignored from then on; null: for good.';
create policy select_admin on notify.suppressions for select to rowbell_operator using (true);
grant select on notify.suppressions to rowbell_operator;

create table notify.suppression_changes (
  id uuid primary key default uuidv7(),
  channel text not null,
  address text not null,
  change text not null constraint suppression_changes_change_is_known check (change in ('added', 'changed', 'removed')),
  reason text not null,
  expires_at timestamptz,
  note text,
  source text not null constraint suppression_changes_source_is_known check (source in ('operator', 'provider', 'service')),
  changed_by uuid,
  changed_at timestamptz not null default clock_timestamp()
);
alter table notify.suppression_changes enable row level security;
-- The life of one address; the key itself orders all of them by time.
create index suppression_changes_address_channel_idx on notify.suppression_changes (address, channel, id);
comment on table notify.suppression_changes is
  E'@paged\n'
  'What ever happened to the suppression list, append-only, by trigger: who put an address there or took it off, when, why. No foreign '
  'key: the list''s row may be gone, and an address belongs to nobody here.';
comment on column notify.suppression_changes.reason is 'As it is since; for removed: as it was.';
comment on column notify.suppression_changes.source is
  'operator; provider (its answer or callback, through the worker or the callback route); service, which is anybody else.';
create policy select_admin on notify.suppression_changes for select to rowbell_operator using (true);
grant select on notify.suppression_changes to rowbell_operator;

create table notify.phone_prefixes (
  prefix text primary key constraint phone_prefixes_prefix_is_digits check (prefix ~ '^[1-9][0-9]{0,6}$'),
  country text not null constraint phone_prefixes_country_is_iso3166 check (country ~ '^[A-Z]{2}$')
);
alter table notify.phone_prefixes enable row level security;
comment on table notify.phone_prefixes is
  E'@omit operator: functions that look for a country read it; migrations write it.\n'
  'Calling codes (ITU-T E.164) and, where countries share one, the digits after it; the longest prefix of a number says its country.';
create policy select_admin on notify.phone_prefixes for select to rowbell_operator using (true);
grant select on notify.phone_prefixes to rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
