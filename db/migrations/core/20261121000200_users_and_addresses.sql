-- migrate:up
set local lock_timeout = '5s';

create table notify.users (
  id uuid primary key default uuidv7(),
  external_id text,
  name text constraint users_name_is_short check (length(name) between 1 and 200),
  email text constraint users_email_is_a_mailbox check (email ~ '^[^@\s]{1,64}@[^@\s]{1,255}$'),
  phone text constraint users_phone_is_e164 check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  locale text not null default 'en' constraint users_locale_is_bcp47 check (locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  time_zone text constraint users_time_zone_is_known check (notify_hidden.is_time_zone(time_zone)),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint users_external_id_key unique (external_id)
);
alter table notify.users enable row level security;
comment on table notify.users is 'Someone who can be told something. Written by the application (role rowbell_writer); people read their own row.';
comment on column notify.users.external_id is 'The application''s own key for this person, where it is not the uuid itself.';
comment on column notify.users.name is 'Name as others see it in copy ("Ada started planning this trip").';
comment on column notify.users.email is 'Mailbox for the email channel; null: no email.';
comment on column notify.users.phone is 'E.164 number for the SMS channel; null: no SMS.';
comment on column notify.users.locale is 'BCP 47 tag; copy falls back to its language, then to "en".';
comment on column notify.users.time_zone is 'IANA zone that says when a day of this person begins; null (unknown) counts as UTC.';
create policy select_own on notify.users for select to rowbell_user using (id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.users for select to rowbell_operator using (true);
create policy select_service on notify.users for select to rowbell_writer using (true);
create policy insert_service on notify.users for insert to rowbell_writer with check (true);
create policy update_service on notify.users for update to rowbell_writer using (true) with check (true);
grant select on notify.users to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, external_id, name, email, phone, locale, time_zone) on notify.users to rowbell_writer;
grant update (external_id, name, email, phone, locale, time_zone, updated_at) on notify.users to rowbell_writer;
-- No delete: erasing a person concerns every table, so it is a function (issue of its own), not a grant.

create table notify.devices (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  session_id text,
  provider text not null constraint devices_provider_is_push check (provider in ('apns', 'fcm', 'web_push')),
  token text not null constraint devices_token_fits check (length(token) between 1 and 2000),
  web_push_p256dh text,
  web_push_auth text,
  platform text constraint devices_platform_is_short check (length(platform) <= 40),
  name text constraint devices_name_is_short check (length(name) <= 120),
  registered_at timestamptz not null default now(),
  deactivated_at timestamptz,
  deactivation_reason text,
  constraint devices_provider_token_key unique (provider, token),
  constraint devices_web_push_keys_iff_web_push
    check ((provider = 'web_push') = (web_push_p256dh is not null and web_push_auth is not null)),
  constraint devices_reason_iff_deactivated check ((deactivated_at is null) = (deactivation_reason is null))
);
alter table notify.devices enable row level security;
-- Audience planning and the claim look devices up by their owner; also the foreign key's index.
create index devices_user_id_idx on notify.devices (user_id);
create index devices_session_id_idx on notify.devices (session_id) where session_id is not null;
comment on table notify.devices is
  'One app installation or browser that can be pushed to. A token has one owner at a time: registering it again moves the row. Written by register_device, unregister_device and end_session only, which is why there is no insert, update or delete grant.';
comment on column notify.devices.session_id is 'The session in which it was registered; ending that session removes the device.';
comment on column notify.devices.provider is 'Who carries pushes to it. Routing reads this column only, never platform.';
comment on column notify.devices.token is 'APNs device token (hex), FCM registration token, or Web Push endpoint (https URL).';
comment on column notify.devices.web_push_p256dh is 'RFC 8291 public key of the browser, base64url.';
comment on column notify.devices.web_push_auth is 'RFC 8291 authentication secret of the browser, base64url.';
comment on column notify.devices.platform is 'For people to read ("iOS 19", "Firefox"); nothing decides by it.';
comment on column notify.devices.registered_at is 'Last registration; a provider''s "gone since" that is older is stale news.';
comment on column notify.devices.deactivated_at is 'Since when the provider says the token is gone; null while it works.';
create policy select_own on notify.devices for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.devices for select to rowbell_operator using (true);
-- The token itself is a credential to reach the phone: people and operators see everything else.
grant select (id, user_id, session_id, provider, platform, name, registered_at, deactivated_at, deactivation_reason)
  on notify.devices to rowbell_user, rowbell_operator;

create table notify.webhook_endpoints (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  url text not null constraint webhook_endpoints_url_is_http check (url ~ '^https?://\S+$' and length(url) <= 2000),
  secret text not null constraint webhook_endpoints_secret_is_standard check (secret ~ '^whsec_[A-Za-z0-9+/=]{24,}$'),
  created_at timestamptz not null default now(),
  deactivated_at timestamptz,
  deactivation_reason text,
  constraint webhook_endpoints_user_id_url_key unique (user_id, url),
  constraint webhook_endpoints_reason_iff_deactivated check ((deactivated_at is null) = (deactivation_reason is null))
);
alter table notify.webhook_endpoints enable row level security;
comment on table notify.webhook_endpoints is
  'Where a recipient (often another service) takes notifications over HTTP, signed as Standard Webhooks say. Registered by services; secrets are never readable through the API.';
comment on column notify.webhook_endpoints.secret is 'Signing secret, "whsec_" + base64 (Standard Webhooks).';
create policy select_own on notify.webhook_endpoints for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.webhook_endpoints for select to rowbell_operator using (true);
create policy insert_service on notify.webhook_endpoints for insert to rowbell_writer with check (true);
grant select (id, user_id, url, created_at, deactivated_at, deactivation_reason) on notify.webhook_endpoints to rowbell_user, rowbell_operator;
grant insert (user_id, url, secret) on notify.webhook_endpoints to rowbell_writer;

create table notify.suppressions (
  id uuid primary key default uuidv7(),
  channel text not null constraint suppressions_channel_is_known check (channel in ('push', 'email', 'sms', 'webhook')),
  address text not null,
  reason text not null constraint suppressions_reason_is_known
    check (reason in ('hard_bounce', 'complaint', 'opted_out', 'invalid_address', 'operator')),
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  constraint suppressions_channel_address_key unique (channel, address)
);
alter table notify.suppressions enable row level security;
comment on table notify.suppressions is 'Addresses that must not be used, whoever they belong to. Email addresses are kept in lower case.';
create policy select_admin on notify.suppressions for select to rowbell_operator using (true);
grant select on notify.suppressions to rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
