-- A sender's id is small: there are a few, and each delivery has it.
-- squawk-ignore-file prefer-bigint-over-smallint, adding-serial-primary-key-field
-- migrate:up
set local lock_timeout = '5s';

-- Who carries deliveries, whether they are paused, and whose fault a refusal is (docs/decisions/0007-shares-and-blame.md).

create table notify.providers (
  provider text primary key
    constraint providers_provider_is_known check (
      provider in ('apns', 'fcm', 'web_push', 'smtp', 'twilio', 'twilio_voice', 'webhook', 'in_app')
    ),
  channel text not null,
  sandbox_origins text[] not null default '{}',
  allows_private_networks boolean not null default false
);
alter table notify.providers enable row level security;
comment on table notify.providers is 'The services that carry messages, and the channel of each. How they take them is known by sender.';
comment on column notify.providers.sandbox_origins is
  'Where Web Push endpoints may be although they are not on the public internet (WEB_PUSH_SANDBOX_ORIGINS): the sandbox''s. The '
  'workers say it when they start; register_device() asks.';
comment on column notify.providers.allows_private_networks is
  'Of webhooks: whether workers send to http and outside of the public internet (WEBHOOK_ALLOW_PRIVATE_NETWORKS). They say it when they '
  'start; register_webhook_endpoint() asks.';
create policy select_admin on notify.providers for select to rowbell_operator using (true);
grant select on notify.providers to rowbell_operator;

create table notify.senders (
  id smallint generated always as identity primary key,
  app_key text not null default 'default' references notify.apps,
  provider text not null references notify.providers,
  environment text not null default 'production'
    constraint senders_environment_is_known check (environment in ('production', 'development')),
  place smallint not null default 1 constraint senders_place_is_small check (place between 1 and 9),
  options jsonb not null default '{}',
  secret_setting text,
  changed_at timestamptz not null default now(),
  configured boolean not null default false,
  accepted_at timestamptz,
  credentials_changed_at timestamptz,
  rate_per_second numeric constraint senders_rate_is_positive check (rate_per_second > 0),
  tokens numeric not null default 0,
  refilled_at timestamptz not null default now(),
  pauses integer not null default 0,
  paused_until timestamptz,
  pause_reason text,
  paused_at timestamptz,
  constraint senders_provider_app_key_environment_place_key unique (provider, app_key, environment, place),
  -- A push is bound to its key and its host: a second sender of the same would fail as the first.
  constraint senders_spares_are_of_mail_texts_calls check (place = 1 or provider in ('smtp', 'twilio', 'twilio_voice')),
  constraint senders_spares_differ check (place = 1 or secret_setting is not null or options <> '{}'),
  constraint senders_development_is_apns check (environment = 'production' or provider = 'apns'),
  -- Whoever may write the row could otherwise have a worker read any variable of its environment, and hand it to a host.
  constraint senders_secret_setting_is_the_providers check (
    secret_setting is null
    or secret_setting ~ ('^' || case provider
      when 'apns' then 'APNS_KEY' when 'fcm' then 'FCM_SERVICE_ACCOUNT' when 'web_push' then 'VAPID_PRIVATE_KEY' when 'smtp' then 'SMTP_URL'
      when 'twilio' then 'TWILIO_AUTH_TOKEN' when 'twilio_voice' then 'TWILIO_AUTH_TOKEN' end || '_[A-Z0-9_]{1,60}$') is true
  ),
  constraint senders_pause_is_whole check ((paused_until is null) = (pause_reason is null))
);
alter table notify.senders enable row level security;
-- The foreign key's.
create index senders_app_key_idx on notify.senders (app_key);
comment on table notify.senders is
  E'@root\n'
  'One account at one provider, through which an app speaks: whether it has credentials, how fast it may go, and whether it is paused.';
comment on column notify.senders.environment is
  'Of APNs: production, or development, whose tokens (builds from Xcode) only Apple''s sandbox takes. The others have production alone.';
comment on column notify.senders.place is
  '1: what is planned waits for this one. From 2 on it is a spare of its app: it carries that while those before it are paused.';
comment on column notify.senders.options is
  'What is no secret and takes the place of settings: {"topic": "com.example.shop"}; what it does not say, the settings do.';
comment on column notify.senders.secret_setting is
  'The name of the setting with its key, APNS_KEY_SHOP; null: the provider''s own setting. The key itself is never in the database.';
comment on column notify.senders.changed_at is 'When operators last set it: workers read it again then.';
comment on column notify.senders.configured is 'Whether a worker has its credentials.';
comment on column notify.senders.accepted_at is
  'When it last took something, to some seconds. After the last change of credentials it proves that they are good.';
comment on column notify.senders.credentials_changed_at is
  'Since when workers send with the settings they have now (host, key, topic, account …); null: they never said.';
comment on column notify.senders.rate_per_second is 'Most messages a second over all workers; null: no limit.';
comment on column notify.senders.tokens is 'Messages that may go at once (token bucket, at most one second''s worth).';
comment on column notify.senders.pauses is 'Failed probes in a row; each doubles the pause, from 5 s to 5 min.';
comment on column notify.senders.pause_reason is
  'What the provider said, or "operator": an operator paused it, and no answer of the provider ends that; "probing": that time is over; '
  '"slow": its answers take long, and another can carry its messages.';
comment on column notify.senders.paused_at is 'When its last pause began; null: it was never paused.';
comment on column notify.senders.paused_until is
  'Misconfigured or refused: nothing is claimed until then, then one message probes. Nothing is lost meanwhile.';
-- The column has the relation's name; the catalog says nothing more.
comment on constraint senders_provider_fkey on notify.senders is '@behavior -*';
create policy select_admin on notify.senders for select to rowbell_operator using (true);
create policy update_admin on notify.senders for update to rowbell_operator using (true) with check (true);
grant select, update (rate_per_second) on notify.senders to rowbell_operator;

create table notify_private.sender_credentials (
  sender_id smallint primary key references notify.senders,
  fingerprint text not null
);
alter table notify_private.sender_credentials enable row level security;
comment on table notify_private.sender_credentials is
  'A hash of the settings that a sender is used with, so that a change of them is seen. Operators may not read it: a password could '
  'be guessed by it.';

-- Here and below no reference to the sender: each claim would lock its row, which all workers share.
create table notify.provider_origins (
  sender_id smallint not null,
  origin text not null,
  first_accepted_at timestamptz,
  accepted_at timestamptz,
  used_at timestamptz not null default now(),
  pauses integer not null default 0,
  paused_until timestamptz,
  pause_reason text,
  primary key (sender_id, origin),
  constraint provider_origins_pause_is_whole check ((paused_until is null) = (pause_reason is null))
);
alter table notify.provider_origins enable row level security;
-- Asked at each claim: mostly there is none.
create index provider_origins_paused_until_idx on notify.provider_origins (sender_id) where paused_until is not null;
comment on table notify.provider_origins is
  E'@paged\n'
  'One push service (Web Push) or one host that takes webhooks: what a sender knows of it, and whether it is set aside. Others of the '
  'sender go on meanwhile.';
comment on column notify.provider_origins.origin is 'Scheme, host and port in small letters, https://host[:port].';
comment on column notify.provider_origins.first_accepted_at is 'Since when it takes what we send; null: it never did.';
comment on column notify.provider_origins.accepted_at is 'When it last took something, to some seconds.';
comment on column notify.provider_origins.used_at is 'When it was last heard of, to a minute; 30 days later it is forgotten.';
comment on column notify.provider_origins.pauses is 'Failed probes in a row; each doubles the pause, from 5 s to 5 min.';
comment on column notify.provider_origins.paused_until is
  'It refused us or did not answer: nothing goes there until then, then one message probes. Nothing is lost meanwhile.';
create policy select_admin on notify.provider_origins for select to rowbell_operator using (true);
grant select on notify.provider_origins to rowbell_operator;

create table notify_private.suspects (
  sender_id smallint not null,
  origin text not null,
  device_id uuid not null,
  user_id uuid not null references notify.users,
  since timestamptz not null,
  said_at timestamptz not null,
  primary key (sender_id, origin, device_id)
);
alter table notify_private.suspects enable row level security;
create index suspects_user_id_idx on notify_private.suspects (user_id);
create index suspects_device_id_idx on notify_private.suspects (device_id);
create index suspects_said_at_idx on notify_private.suspects (said_at);
comment on table notify_private.suspects is
  'Addresses refused with words that are said of a dead address and of a wrong key of ours alike, until an acceptance shows which; '
  'docs/decisions/0007.';
comment on column notify_private.suspects.origin is 'Who said it (provider_origins), empty: the provider itself.';
comment on column notify_private.suspects.device_id is 'The device or endpoint; the person where an address is a mailbox or number.';
comment on column notify_private.suspects.since is 'When it was first said; an acceptance of somebody afterwards means that it was true.';

create table notify_private.evidence (
  sender_id smallint not null,
  origin text not null,
  user_id uuid not null references notify.users,
  accepted_at timestamptz,
  retired_at timestamptz,
  primary key (sender_id, origin, user_id),
  constraint evidence_is_for_or_against check (accepted_at is not null or retired_at is not null)
);
alter table notify_private.evidence enable row level security;
create index evidence_user_id_idx on notify_private.evidence (user_id);
comment on table notify_private.evidence is
  'Who speaks for and against the credentials of a sender while some are in doubt: no more people lose an address for suspect words '
  'than were accepted; docs/decisions/0007.';
comment on column notify_private.evidence.origin is 'Who said it (provider_origins), empty: the provider itself.';
comment on column notify_private.evidence.accepted_at is
  'When something was handed over that was accepted for the person; noted only while that is in question.';
comment on column notify_private.evidence.retired_at is 'When an address of the person was last retired for a suspect word.';

create table notify_private.slow_answers (
  sender_id smallint not null,
  user_id uuid not null references notify.users,
  answered_at timestamptz not null,
  primary key (sender_id, user_id)
);
alter table notify_private.slow_answers enable row level security;
create index slow_answers_user_id_idx on notify_private.slow_answers (user_id);
comment on table notify_private.slow_answers is
  'Whose messages a sender with spares took long to take, since it last took one promptly; docs/decisions/0016.';

create type notify_private.result as (
  delivery_id uuid, outcome text, reason text, code text, provider_message_id text, retry_at timestamptz, suspect boolean, took_ms integer
);
comment on type notify_private.result is
  'What a provider said of one delivery. outcome: accepted, address, message, transient, throttled, origin, misconfigured, ambiguous, or '
  'not_begun. took_ms: how long it took to answer, or not to; null: it was not asked, or nobody measured it.';

create type notify_private.answer as (
  delivery_id uuid, user_id uuid, device_id uuid, origin text, outcome text, reason text, is_suspect boolean, is_doubtful boolean,
  proves_access boolean
);
comment on type notify_private.answer is
  'A result with who and what it concerns. is_suspect: also said of what is not at fault; is_doubtful: it may be about us; '
  'proves_access: it shows that the provider knows us.';

create type notify_private.standing as (
  origin text, is_accepted boolean, proves_access boolean, known_at timestamptz, is_most_in_doubt boolean, complaint text,
  resume_at timestamptz
);
comment on type notify_private.standing is
  'How an origin, or the provider itself (empty), stands after a chunk. known_at: when it last took something with the credentials we '
  'have now. complaint: why it is to be paused.';

create type notify_private.judgement as (delivery_id uuid, outcome text, resume_at timestamptz);
comment on type notify_private.judgement is
  'What a doubtful result means after all, and until when its provider or origin is paused because of it.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
