-- migrate:up
-- Nothing is released: no client has seen the columns that go.
-- squawk-ignore-file adding-foreign-key-constraint, adding-required-field, adding-serial-primary-key-field, ban-drop-column
-- squawk-ignore-file constraint-missing-not-valid, prefer-bigint-over-smallint, renaming-table, require-concurrent-index-creation
-- squawk-ignore-file require-concurrent-index-deletion
set local lock_timeout = '5s';

create table notify.apps (
  key text primary key constraint apps_key_is_a_word check (key ~ '^[a-z][a-z0-9_]{0,39}$'),
  name text not null constraint apps_name_is_short check (length(name) between 1 and 80)
);
alter table notify.apps enable row level security;
comment on table notify.apps is
  'What people know one product by: its phone app, its mailbox, its number. A pack''s migration adds its own; "default" is the core''s.';
create policy select_all on notify.apps for select to rowbell_user, rowbell_operator using (true);
grant select on notify.apps to rowbell_user, rowbell_operator;
insert into notify.apps (key, name) values ('default', 'Rowbell');

create table notify.senders (
  id smallint generated always as identity primary key,
  app_key text not null default 'default' references notify.apps,
  provider text not null references notify.providers,
  configured boolean not null default false,
  accepted_at timestamptz,
  credentials_changed_at timestamptz,
  rate_per_second numeric constraint senders_rate_is_positive check (rate_per_second > 0),
  tokens numeric not null default 0,
  refilled_at timestamptz not null default now(),
  pauses integer not null default 0,
  paused_until timestamptz,
  pause_reason text,
  constraint senders_provider_app_key_key unique (provider, app_key),
  constraint senders_pause_is_whole check ((paused_until is null) = (pause_reason is null))
);
alter table notify.senders enable row level security;
-- The foreign key's.
create index senders_app_key_idx on notify.senders (app_key);
comment on table notify.senders is
  'One account at one provider, through which an app speaks: whether it has credentials, how fast it may go, and whether it is paused.';
comment on column notify.senders.configured is 'Whether the worker that registered last has its credentials.';
comment on column notify.senders.accepted_at is
  'When it last took something, to some seconds. After the last change of credentials it proves that they are good.';
comment on column notify.senders.credentials_changed_at is
  'Since when workers send with the settings they have now (host, key, topic, account …); null: they never said.';
comment on column notify.senders.rate_per_second is 'Most messages a second over all workers; null: no limit.';
comment on column notify.senders.tokens is 'Messages that may go at once (token bucket, at most one second''s worth).';
comment on column notify.senders.pauses is 'Failed probes in a row; each doubles the pause, from 5 s to 5 min.';
comment on column notify.senders.paused_until is
  'Misconfigured or refused: nothing is claimed until then, then one message probes. Nothing is lost meanwhile.';
-- The column has the relation's name; the catalog says nothing more.
comment on constraint senders_provider_fkey on notify.senders is '@behavior -*';
create policy select_admin on notify.senders for select to rowbell_operator using (true);
create policy update_admin on notify.senders for update to rowbell_operator using (true) with check (true);
grant select on notify.senders to rowbell_operator;
grant update (rate_per_second) on notify.senders to rowbell_operator;
-- One app by default: its senders take the settings as they are.
insert into notify.senders
  (provider, configured, accepted_at, credentials_changed_at, rate_per_second, tokens, pauses, paused_until, pause_reason)
select
  p.provider, p.configured, p.accepted_at, p.credentials_changed_at, p.rate_per_second, p.tokens, p.pauses, p.paused_until, p.pause_reason
from notify.providers as p
where p.provider <> 'in_app'
order by array_position('{apns,fcm,web_push,smtp,twilio,twilio_voice,webhook}', p.provider);

drop function if exists notify.resume_provider(text, text);
drop function if exists notify_private.acquire_send_permits(text, text, integer);
drop function if exists notify_private.claim_deliveries(uuid, uuid, text, text, integer);
drop function if exists notify_private.lock_due_deliveries(text, text, timestamptz, integer, uuid[]);
drop function if exists notify_private.limit_chunk_per_person(text, text, timestamptz, notify_private.claimable[]);
drop function if exists notify_private.skip_paused_origins(text, notify_private.claimable[]);
drop function if exists notify_private.skip_deliveries(text, text);
drop function if exists notify_private.register_worker(text, text, integer, text[], text[], text[]);
drop function if exists notify_private.pause_provider(text, text);
drop function if exists notify_private.pause_origin(text, text, text);
drop function if exists notify_private.pause_silent_origins(text, text[]);
drop function if exists notify_private.accept_provider(text, timestamptz, boolean);
drop function if exists notify_private.accept_origin(text, text, timestamptz, boolean);
drop function if exists notify_private.current_pauses(text);
drop function if exists notify_private.record_suspects(notify.providers, notify_private.answer[], timestamptz, timestamptz);
drop function if exists notify_private.origin_standings(notify.providers, notify_private.answer[], timestamptz, timestamptz);
drop function if exists notify_private.weigh_evidence(notify.providers, text, timestamptz);
drop function if exists notify_private.enqueue_sending(notify_private.sending[]);
drop function if exists notify_private.addresses(uuid, text);
drop policy update_admin on notify.providers;
alter table notify.providers
  drop constraint providers_pause_is_whole,
  drop column configured,
  drop column accepted_at,
  drop column credentials_changed_at,
  drop column rate_per_second,
  drop column tokens,
  drop column refilled_at,
  drop column pauses,
  drop column paused_until,
  drop column pause_reason;
comment on table notify.providers is 'The services that carry messages, and the channel of each. How they take them is known by sender.';

-- Which sender carries it.
alter table notify.deliveries add column sender_id smallint;
update notify.deliveries as d set sender_id = s.id from notify.senders as s where s.provider = d.provider;
alter table notify.deliveries add constraint deliveries_sender_where_queued check (status <> 'queued' or sender_id is not null);
drop index notify.deliveries_due_idx;
-- What a worker may claim, in the order it should.
create index deliveries_due_idx on notify.deliveries (sender_id, lane, due_at) where status = 'queued';
comment on column notify.deliveries.sender_id is 'The sender that carries it; null in the app, where nobody does.';

-- Here and below no reference: each claim would lock the sender's row, which all workers share.
delete from notify_private.claims;
alter table notify_private.claims drop column provider, add column sender_id smallint not null;
delete from notify.provider_origins;
drop index notify.provider_origins_paused_until_idx;
alter table notify.provider_origins
  drop constraint provider_origins_pkey,
  drop column provider,
  add column sender_id smallint not null,
  add primary key (sender_id, origin);
create index provider_origins_paused_until_idx on notify.provider_origins (sender_id) where paused_until is not null;
comment on table notify.provider_origins is
  'One push service (Web Push) or one host that takes webhooks: what a sender knows of it, and whether it is set '
  'aside. Others of the sender go on meanwhile.';
alter table notify_private.provider_credentials rename to sender_credentials;
delete from notify_private.sender_credentials;
alter table notify_private.sender_credentials
  drop constraint provider_credentials_pkey,
  drop column provider,
  add column sender_id smallint primary key references notify.senders;
comment on table notify_private.sender_credentials is
  'A hash of the settings that a sender is used with, so that a change of them is seen. Operators may not read it: '
  'a password could be guessed by it.';
delete from notify_private.suspects;
alter table notify_private.suspects
  drop constraint suspects_pkey,
  drop column provider,
  add column sender_id smallint not null,
  add primary key (sender_id, origin, device_id);
delete from notify_private.evidence;
alter table notify_private.evidence
  drop constraint evidence_pkey,
  drop column provider,
  add column sender_id smallint not null,
  add primary key (sender_id, origin, user_id);
comment on table notify_private.evidence is
  'Who speaks for and against the credentials of a sender while some are in doubt: no more people lose an address for suspect words '
  'than were accepted; docs/decisions/0007.';

drop type notify_private.sending;
create type notify_private.sending as (sender_id smallint, lane text, deliveries bigint);
comment on type notify_private.sending is 'So many deliveries of a sender and lane to look at.';
alter type notify_private.usable_address add attribute sender_id smallint;

delete from notify.retention_policies where table_name in ('notify.providers', 'notify_private.provider_credentials');
insert into notify.retention_policies (table_name, reason) values
  ('notify.providers', 'The catalog'),
  ('notify.apps', 'The catalog'),
  ('notify.senders', 'A row an account'),
  ('notify_private.sender_credentials', 'A row a sender');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
