-- migrate:up
set local lock_timeout = '5s';

create table notify.deliveries (
  id uuid not null default uuidv7(),
  notification_id uuid not null,
  recipient_id uuid not null,
  channel text not null,
  provider text not null,
  lane text not null constraint deliveries_lane_is_known check (lane in ('urgent', 'bulk')),
  device_id uuid,
  address text,
  status text not null default 'queued' constraint deliveries_status_is_known check (
    status in ('held', 'queued', 'sending', 'sent', 'delivered', 'failed', 'suppressed', 'expired', 'canceled', 'unknown')
  ),
  reason text,
  due_at timestamptz not null default now(),
  expires_at timestamptz not null,
  attempt integer not null default 0,
  max_attempts integer not null,
  claim_id uuid,
  provider_message_id text,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  delivered_at timestamptz,
  finished_at timestamptz,
  primary key (id),
  constraint deliveries_claimed_iff_sending check ((claim_id is not null) = (status = 'sending')),
  constraint deliveries_attempted_where_sending check (status <> 'sending' or attempt > 0),
  constraint deliveries_sent_at_where_sent check (status not in ('sent', 'delivered') or sent_at is not null),
  constraint deliveries_delivered_at_iff_delivered check ((delivered_at is not null) = (status = 'delivered')),
  constraint deliveries_finished_at_iff_ended check (
    (finished_at is not null) = (status in ('delivered', 'failed', 'suppressed', 'expired', 'canceled'))
  ),
  constraint deliveries_reason_where_refused check (
    status not in ('failed', 'suppressed', 'expired', 'canceled', 'unknown') or reason is not null
  )
) partition by range (id);
alter table notify.deliveries enable row level security;
create index deliveries_notification_id_idx on notify.deliveries (notification_id);
-- What a worker may claim, in the order it should.
create index deliveries_due_idx on notify.deliveries (provider, lane, due_at) where status = 'queued';
-- What a dead worker left behind; a few hundred rows at most.
create index deliveries_claim_id_idx on notify.deliveries (claim_id) where status = 'sending';
comment on table notify.deliveries is 'One notification on its way over one channel to one address; docs/delivery-states.md draws its life.';
comment on column notify.deliveries.lane is 'urgent (P0) or bulk: which worker process carries it.';
comment on column notify.deliveries.device_id is 'The device, for push; its token is read when it is sent, so a device that left or changed hands gets nothing.';
comment on column notify.deliveries.address is 'Mailbox, number or URL, for the channels without devices.';
comment on column notify.deliveries.reason is 'Why it ended as it did, or why the last try failed; the vocabulary of docs/provider-errors.md.';
comment on column notify.deliveries.due_at is 'Not to be tried before this instant.';
comment on column notify.deliveries.attempt is 'Tries so far; claiming counts, before the provider is called.';
comment on column notify.deliveries.claim_id is 'The claim that holds it while sending; results must name it, so a worker believed dead cannot overwrite its successor.';
create policy select_own on notify.deliveries for select to rowbell_user using (recipient_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.deliveries for select to rowbell_operator using (true);
grant select on notify.deliveries to rowbell_operator;
grant select (id, notification_id, recipient_id, channel, provider, device_id, status, reason, attempt, created_at, sent_at, delivered_at, finished_at)
  on notify.deliveries to rowbell_user;

create table notify.delivery_attempts (
  delivery_id uuid not null,
  attempt integer not null,
  worker_id uuid,
  outcome text not null constraint delivery_attempts_outcome_is_known check (
    outcome in ('accepted', 'address', 'message', 'transient', 'throttled', 'misconfigured', 'ambiguous', 'lost')
  ),
  reason text,
  code text,
  started_at timestamptz not null,
  finished_at timestamptz not null default now(),
  primary key (delivery_id, attempt)
) partition by range (delivery_id);
alter table notify.delivery_attempts enable row level security;
comment on table notify.delivery_attempts is 'One try at a provider and what came of it. "lost": its worker died, so nobody knows.';
comment on column notify.delivery_attempts.code is 'The provider''s own code (BadDeviceToken, 21211, 5.1.1).';
create policy select_admin on notify.delivery_attempts for select to rowbell_operator using (true);
grant select on notify.delivery_attempts to rowbell_operator;

create table notify.receipts (
  delivery_id uuid not null,
  kind text not null constraint receipts_kind_is_known check (kind in ('sent', 'delivered', 'opened', 'clicked', 'bounced', 'failed', 'complained')),
  source text not null constraint receipts_source_is_known check (source in ('provider', 'client')),
  code text,
  occurred_at timestamptz not null default now(),
  primary key (delivery_id, kind, source)
) partition by range (delivery_id);
alter table notify.receipts enable row level security;
comment on table notify.receipts is 'Inbound reports about a delivery, from its provider or from the client that showed it. The first of a kind stands; repeats change nothing.';
create policy select_admin on notify.receipts for select to rowbell_operator using (true);
grant select on notify.receipts to rowbell_operator;

create table notify.workers (
  id uuid primary key default uuidv7(),
  lane text not null,
  host text not null,
  pid integer not null,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  stopped_at timestamptz
);
alter table notify.workers enable row level security;
comment on table notify.workers is 'One worker process and its heartbeat. Silent for 15 s means dead: its claims are released.';
create policy select_admin on notify.workers for select to rowbell_operator using (true);
grant select on notify.workers to rowbell_operator;

create table notify_private.claims (
  id uuid primary key,
  worker_id uuid not null references notify.workers on delete cascade,
  provider text not null,
  claimed_at timestamptz not null default now()
);
alter table notify_private.claims enable row level security;
create index claims_worker_id_idx on notify_private.claims (worker_id);
comment on table notify_private.claims is 'One chunk of deliveries in a worker''s hands. Gone once its results are recorded.';

create table notify.providers (
  provider text primary key constraint providers_provider_is_known check (provider in ('apns', 'fcm', 'web_push', 'smtp', 'twilio', 'webhook', 'in_app')),
  channel text not null,
  configured boolean not null default false,
  rate_per_second numeric constraint providers_rate_is_positive check (rate_per_second > 0),
  tokens numeric not null default 0,
  refilled_at timestamptz not null default now(),
  pauses integer not null default 0,
  paused_until timestamptz,
  pause_reason text,
  constraint providers_pause_is_whole check ((paused_until is null) = (pause_reason is null))
);
alter table notify.providers enable row level security;
comment on table notify.providers is 'Who carries deliveries, whether it has credentials, how fast it may go, and whether it is paused.';
comment on column notify.providers.rate_per_second is 'Most messages a second over all workers; null: no limit.';
comment on column notify.providers.tokens is 'Messages that may go at once (token bucket, at most one second''s worth).';
comment on column notify.providers.pauses is 'Failed probes in a row; each doubles the pause, from 5 s to 5 min.';
comment on column notify.providers.paused_until is 'Misconfigured or refused us: nothing is claimed until then, then one message probes. Nothing is lost meanwhile.';
insert into notify.providers (provider, channel, configured) values
  ('apns', 'push', false), ('fcm', 'push', false), ('web_push', 'push', false), ('smtp', 'email', false),
  ('twilio', 'sms', false), ('webhook', 'webhook', false), ('in_app', 'in_app', true);
create policy select_admin on notify.providers for select to rowbell_operator using (true);
create policy update_admin on notify.providers for update to rowbell_operator using (true) with check (true);
grant select on notify.providers to rowbell_operator;
grant update (rate_per_second) on notify.providers to rowbell_operator;

create type notify_private.sending as (provider text, lane text, deliveries bigint, run_at timestamptz);
comment on type notify_private.sending is 'So many deliveries of a provider and lane to look at, now or at an instant.';
create type notify_private.claimable as (
  delivery_id uuid, notification_id uuid, attempt integer, fate text, reason text, expires_at timestamptz,
  address text, web_push_p256dh text, web_push_auth text, registered_at timestamptz, webhook_secret text
);
comment on type notify_private.claimable is 'A due delivery, what becomes of it (sending, expired, canceled, suppressed) and why, and its address as it stands now.';
create type notify_private.claimed_delivery as (
  delivery_id uuid, attempt integer, address text, web_push_p256dh text, web_push_auth text, registered_at timestamptz, webhook_secret text,
  type_key text, title text, subtitle text, body text, data jsonb, thread_id text, collapse_key text, tag text, sound text,
  urgency text, interruption_level text, expires_at timestamptz
);
comment on type notify_private.claimed_delivery is 'All a provider needs to send one delivery (src/providers/types.ts, Message).';
create type notify_private.result as (
  delivery_id uuid, outcome text, reason text, code text, provider_message_id text, retry_at timestamptz, suspect boolean
);
comment on type notify_private.result is
  'What a provider said of one delivery. outcome: accepted, address, message, transient, throttled, misconfigured, ambiguous, or not_begun.';
create type notify_private.fate as (
  delivery_id uuid, attempt integer, lane text, channel text, device_id uuid, address text,
  outcome text, reason text, code text, provider_message_id text, status text, due_at timestamptz
);
comment on type notify_private.fate is 'What a result makes of its delivery: the next status and, where it is tried again, when.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
