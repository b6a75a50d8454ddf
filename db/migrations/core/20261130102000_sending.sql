-- A sender's id is small: there are a few, and each delivery has it.
-- squawk-ignore-file prefer-bigint-over-smallint
-- migrate:up
set local lock_timeout = '5s';

-- Deliveries on their way: claimed by a worker, tried, ended. A call is a delivery like any other, and like an SMS made at most once.

create table notify.deliveries (
  id uuid not null default uuidv7(),
  notification_id uuid not null,
  recipient_id uuid not null,
  channel text not null,
  provider text not null,
  sender_id smallint,
  lane text not null constraint deliveries_lane_is_known check (lane in ('urgent', 'bulk')),
  device_id uuid,
  address text,
  sms_form text,
  sms_encoding text constraint deliveries_sms_encoding_is_known check (sms_encoding in ('gsm7', 'ucs2')),
  sms_segments integer,
  sms_country text,
  rendered_text jsonb,
  status text not null default 'queued'
    constraint deliveries_status_is_known check (
      status in ('queued', 'sending', 'sent', 'delivered', 'failed', 'suppressed', 'expired', 'canceled', 'unknown')
    ),
  reason text,
  due_at timestamptz,
  expires_at timestamptz not null,
  attempt integer not null default 0,
  max_attempts integer not null,
  claim_id uuid,
  provider_message_id text,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  delivered_at timestamptz,
  finished_at timestamptz,
  -- These stand on the delivery, so that claiming and writing back results ask nothing of the types and fallbacks of all the others.
  is_awaited boolean not null default false,
  has_listener boolean not null default false,
  has_relevance_check boolean not null default false,
  is_mass boolean not null default false,
  primary key (id),
  constraint deliveries_due_at_iff_queued check ((due_at is not null) = (status = 'queued')),
  constraint deliveries_claimed_iff_sending check ((claim_id is not null) = (status = 'sending')),
  constraint deliveries_attempted_where_sending check (status <> 'sending' or attempt > 0),
  constraint deliveries_sent_at_where_sent check (status not in ('sent', 'delivered') or sent_at is not null),
  constraint deliveries_delivered_at_iff_delivered check ((delivered_at is not null) = (status = 'delivered')),
  constraint deliveries_finished_at_iff_ended
    check ((finished_at is not null) = (status in ('delivered', 'failed', 'suppressed', 'expired', 'canceled'))),
  constraint deliveries_reason_where_refused
    check (status not in ('failed', 'suppressed', 'expired', 'canceled', 'unknown') or reason is not null),
  constraint deliveries_sender_where_queued check (status <> 'queued' or sender_id is not null),
  constraint deliveries_sms_is_measured check ((sms_encoding is null) = (sms_segments is null))
) partition by range (id);
alter table notify.deliveries enable row level security;
create index deliveries_notification_id_idx on notify.deliveries (notification_id);
-- What is of no mass and may be claimed before it; what is of one pays nothing for this. Before the next: while both are empty, the
-- planner takes the first that serves.
create index deliveries_few_idx on notify.deliveries (sender_id, lane, due_at) where due_at is not null and not is_mass;
-- What a worker may claim, in the order it should. No index names what changes with an outcome (status, claim_id, sent_at): that
-- update writes no index, where its page has room.
create index deliveries_due_idx on notify.deliveries (sender_id, lane, due_at) where due_at is not null;
-- What went to a mailbox or a number. A push names its device, and the inbox its person.
create index deliveries_address_idx on notify.deliveries (address, id) where address is not null and channel <> 'in_app';
comment on table notify.deliveries is
  'One notification on its way over one channel to one address; docs/delivery-states.md draws its life.';
comment on column notify.deliveries.sender_id is
  'The sender that it waits for; once it was given away, the one that took it, which may be a spare. Null in the app, where nobody does.';
comment on column notify.deliveries.lane is 'urgent (P0) or bulk: which worker process carries it.';
comment on column notify.deliveries.device_id is
  'The device, for push; its token is read when it is sent, so a device that left or changed hands gets nothing.';
comment on column notify.deliveries.address is 'Mailbox, number or URL, for the channels without devices.';
comment on column notify.deliveries.sms_form is
  E'@omit user: what it costs is the operators'' concern.\n'
  'Which form of its copy an SMS carries (channel_copies.form); null: the notification''s own words.';
comment on column notify.deliveries.sms_encoding is
  E'@omit user: what it costs is the operators'' concern.\n'
  'gsm7 (160 septets a segment) or ucs2 (70 UTF-16 units): as the carrier will send it.';
comment on column notify.deliveries.sms_segments is
  E'@omit user: what it costs is the operators'' concern.\n'
  'What an SMS costs: the number of its segments.';
comment on column notify.deliveries.sms_country is
  E'@omit user: what it costs is the operators'' concern.\n'
  'ISO 3166 country of the number, by its calling code; null: none known.';
comment on column notify.deliveries.rendered_text is
  'The words this delivery went out with, where they were written anew for it (notification_types.rerender_after): {"title", '
  '"subtitle", "body", "form"}. Null: the notification''s.';
comment on column notify.deliveries.reason is
  'Why it ended as it did, or why the last try failed; the vocabulary of docs/provider-errors.md.';
comment on column notify.deliveries.due_at is 'Not to be tried before this instant; null where it is not queued.';
comment on column notify.deliveries.attempt is 'Tries so far; claiming counts, before the provider is called.';
comment on column notify.deliveries.claim_id is
  'The claim that holds it while sending; results must name it, so a worker believed dead cannot overwrite its successor.';
comment on column notify.deliveries.is_awaited is 'A fallback''s next step waits for what becomes of it.';
comment on column notify.deliveries.has_listener is 'Its type has a listener that is told what becomes of it.';
comment on column notify.deliveries.has_relevance_check is 'Its type asks once more, when it is claimed, whether it still matters.';
comment on column notify.deliveries.is_mass is
  'It was planned together with many: a hundred or more of its event, or a hundred events or more. Single ones are claimed before it.';
create policy select_own on notify.deliveries for select to rowbell_user using (recipient_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.deliveries for select to rowbell_operator using (true);
grant select (id, notification_id, recipient_id, channel, provider, device_id, sms_form, sms_encoding, sms_segments, sms_country,
    rendered_text, status, reason, attempt, created_at, sent_at, delivered_at, finished_at)
  on notify.deliveries to rowbell_user;
grant select on notify.deliveries to rowbell_operator;

create table notify.delivery_attempts (
  delivery_id uuid not null,
  attempt integer not null,
  worker_id uuid,
  sender_id smallint,
  outcome text not null
    constraint delivery_attempts_outcome_is_known check (
      outcome in ('accepted', 'address', 'message', 'transient', 'throttled', 'misconfigured', 'origin', 'suspect', 'ambiguous', 'lost')
    ),
  reason text,
  code text,
  provider_message_id text,
  started_at timestamptz not null,
  finished_at timestamptz not null default now(),
  primary key (delivery_id, attempt)
) partition by range (delivery_id);
alter table notify.delivery_attempts enable row level security;
-- Not on deliveries: an update that changes an indexed column writes every index, and each outcome is such an update.
create index delivery_attempts_provider_message_id_idx on notify.delivery_attempts (provider_message_id)
  where provider_message_id is not null;
comment on table notify.delivery_attempts is 'One try at a provider and what came of it. "lost": its worker died, so nobody knows.';
comment on column notify.delivery_attempts.sender_id is 'The sender that it was handed to: its own, or a spare.';
comment on column notify.delivery_attempts.provider_message_id is
  'The provider''s id of what it took in this attempt, where that is not the delivery''s own; deliveries have that of the last one.';
comment on column notify.delivery_attempts.code is 'The provider''s own code (BadDeviceToken, 21211, 5.1.1).';
-- A person may follow a notification of theirs down to what the provider said. The correlated exists is one look-up by
-- key per row, and rows are only ever reached through a delivery; worker ids are nobody's business outside.
create policy select_own on notify.delivery_attempts for select to rowbell_user using (
  exists (
    select from notify.deliveries as d
    where d.id = delivery_id and d.recipient_id = (select notify_hidden.current_user_id())
  )
);
create policy select_admin on notify.delivery_attempts for select to rowbell_operator using (true);
grant select (delivery_id, attempt, outcome, reason, code, started_at, finished_at) on notify.delivery_attempts to rowbell_user;
grant select on notify.delivery_attempts to rowbell_operator;

create table notify_private.claims (
  id uuid primary key,
  worker_id uuid not null references notify.workers on delete cascade,
  -- No reference: each claim would lock the sender's row, which all workers share.
  sender_id smallint not null,
  delivery_ids uuid[] not null,
  claimed_at timestamptz not null default now()
);
alter table notify_private.claims enable row level security;
create index claims_worker_id_idx on notify_private.claims (worker_id);
comment on table notify_private.claims is 'One chunk of deliveries in a worker''s hands. Gone once its results are recorded.';
comment on column notify_private.claims.delivery_ids is
  'What it took, by which it is found. What it still holds names it, too (deliveries.claim_id).';

create type notify_private.sending as (sender_id smallint, lane text);
comment on type notify_private.sending is 'A sender and lane of which there are deliveries to look at.';

create type notify_private.claimable as (
  delivery_id uuid, notification_id uuid, attempt integer, fate text, reason text, expires_at timestamptz,
  address text, web_push_p256dh text, web_push_auth text, registered_at timestamptz, webhook_secrets text[],
  recipient_id uuid, has_relevance_check boolean
);
comment on type notify_private.claimable is
  'A due delivery, what becomes of it (sending, expired, canceled, suppressed) and why, and its address as it stands now.';

create type notify_private.claimed_delivery as (
  delivery_id uuid, attempt integer,
  address text, web_push_p256dh text, web_push_auth text, registered_at timestamptz, webhook_secrets text[],
  type_key text, title text, subtitle text, body text, data jsonb, thread_id text, collapse_key text, tag text, sound text,
  urgency text, interruption_level text, expires_at timestamptz, email jsonb, recipient_id uuid, origin_answers boolean,
  rich_content jsonb, happened_at timestamptz, sender_id smallint
);
comment on type notify_private.claimed_delivery is 'All a provider needs to send one delivery (src/providers/types.ts, Message).';

create type notify_private.fate as (
  delivery_id uuid, attempt integer, lane text, channel text, device_id uuid, address text,
  outcome text, reason text, code text, provider_message_id text, status text, due_at timestamptz, is_awaited boolean, sender_id smallint
);
comment on type notify_private.fate is 'What a result makes of its delivery: the next status and, where it is tried again, when.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
