-- migrate:up
set local lock_timeout = '5s';

alter table notify.providers add column accepted_at timestamptz, add column credentials_changed_at timestamptz;
comment on column notify.providers.accepted_at is
  'When it last took something, to some seconds. After the last change of credentials it proves that they are good.';
comment on column notify.providers.credentials_changed_at is
  'Since when workers send with the settings they have now (host, key, topic, account …); null: they never said.';

create table notify_private.provider_credentials (
  provider text primary key references notify.providers,
  fingerprint text not null
);
alter table notify_private.provider_credentials enable row level security;
comment on table notify_private.provider_credentials is
  'A hash of the settings that a provider is used with, so that a change of them is seen. Operators may not read it: a password could be guessed by it.';

create table notify_private.suspects (
  provider text not null,
  origin text not null,
  device_id uuid not null,
  user_id uuid not null references notify.users,
  since timestamptz not null,
  said_at timestamptz not null,
  primary key (provider, origin, device_id)
);
alter table notify_private.suspects enable row level security;
create index suspects_user_id_idx on notify_private.suspects (user_id);
create index suspects_device_id_idx on notify_private.suspects (device_id);
create index suspects_said_at_idx on notify_private.suspects (said_at);
comment on table notify_private.suspects is
  'Addresses refused with words that are said of a dead address and of a wrong key of ours alike, until an acceptance shows which; docs/decisions/0007.';
comment on column notify_private.suspects.origin is 'Who said it (provider_origins), empty: the provider itself.';
comment on column notify_private.suspects.device_id is 'The device or endpoint; the person where an address is a mailbox or number.';
comment on column notify_private.suspects.since is 'When it was first said; an acceptance of somebody afterwards means that it was true.';

insert into notify.retention_policies (table_name, reason) values
  ('notify_private.provider_credentials', 'A row a provider'),
  ('notify_private.suspects', 'A day after it was last said: expire_keys(), hourly');

create type notify_private.answer as (
  delivery_id uuid, user_id uuid, device_id uuid, origin text, outcome text, reason text,
  is_suspect boolean, is_doubtful boolean, is_let_in boolean
);
comment on type notify_private.answer is
  'A result with who and what it concerns. Suspect: also said of what is not at fault; doubtful: it may be about us; let in: it proves that the provider knows us.';
create type notify_private.standing as (
  origin text, is_accepted boolean, is_let_in boolean, known_at timestamptz, is_most_in_doubt boolean, complaint text, resume_at timestamptz
);
comment on type notify_private.standing is
  'How an origin, or the provider itself (empty), stands after a chunk. known_at: when it last took something with the credentials we have now. complaint: why it is to be paused.';
create type notify_private.judgement as (delivery_id uuid, outcome text, resume_at timestamptz);
comment on type notify_private.judgement is 'What a doubtful result means after all, and until when its provider or origin is paused because of it.';

-- Had no fingerprints; the new one has a default, so that callers of the old one find it.
drop function if exists notify_private.register_worker(text, text, integer, text[]);
drop function if exists notify_private.register_worker(text, text, integer, text[], text[]);
drop function if exists notify_private.judge_provider(text, notify_private.result[]);

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
