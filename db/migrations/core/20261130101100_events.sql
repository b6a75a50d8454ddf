-- migrate:up
set local lock_timeout = '5s';

-- What happened in the calling application: here the pipeline begins.

-- The big tables (events, notifications, decisions, deliveries and what hangs on these) are partitioned by range of their uuidv7 key,
-- so the key alone is primary and a look-up by id touches one partition. They name people and each other without foreign keys: a check
-- per inserted row cost more than the insert (about 6 us each), and only the engine writes them.
create table notify.events (
  id uuid not null default uuidv7(),
  type_key text not null references notify.notification_types,
  actor_id uuid,
  subject_type text,
  subject_id uuid,
  data jsonb not null default '{}'
    constraint events_data_is_a_small_object check (jsonb_typeof(data) = 'object' and pg_column_size(data) <= 16384),
  idempotency_key text constraint events_idempotency_key_fits check (length(idempotency_key) between 1 and 500),
  due_at timestamptz not null default now() constraint events_due_at_is_an_instant check (isfinite(due_at)),
  channels text[] constraint events_channels_are_known check (channels <@ '{push,email,sms,voice,in_app,webhook}' and channels <> '{}'),
  fallback_key text references notify.fallbacks on update cascade,
  expires_after interval constraint events_expires_after_is_positive check (expires_after > interval '0'),
  only_device_id uuid,
  created_at timestamptz not null default now(),
  plan_cursor uuid,
  planned_at timestamptz,
  canceled_at timestamptz,
  plan_attempts integer not null default 0,
  plan_error text,
  retry_at timestamptz,
  is_retried boolean not null default false,
  primary key (id),
  constraint events_subject_is_whole check ((subject_type is null) = (subject_id is null))
) partition by range (id);
alter table notify.events enable row level security;
create index events_type_key_idx on notify.events (type_key);
create index events_subject_id_idx on notify.events (subject_id) where subject_id is not null;
create index events_fallback_key_idx on notify.events (fallback_key) where fallback_key is not null;
create index events_due_idx on notify.events (type_key, coalesce(retry_at, due_at)) where planned_at is null and canceled_at is null;
-- What planning has begun with; not behind a mass with which it has not.
create index events_begun_idx on notify.events (type_key, coalesce(retry_at, due_at))
  where planned_at is null and canceled_at is null and plan_cursor is not null;
-- What could not be planned, for operators; few, however many are scheduled.
create index events_retry_at_idx on notify.events (retry_at) where retry_at is not null and planned_at is null and canceled_at is null;
comment on table notify.events is
  E'@paged\n@order id desc\n'
  'Something that happened in the calling application. Inserting a row is enough to be heard: a statement trigger enqueues its '
  'planning in the same transaction.';
comment on column notify.events.type_key is 'Which kind of notification it causes.';
comment on column notify.events.actor_id is 'Who caused it (users.id); packs leave the actor out of the audience.';
comment on column notify.events.subject_type is 'What it is about ("order"), with subject_id; threads, filters and cancellations use it.';
comment on column notify.events.data is 'What the audience function needs beyond the domain tables; an object of at most 16 kB.';
comment on column notify.events.idempotency_key is
  'The same key again is the same event: a second insert leaves no row, emit() returns the first.';
comment on column notify.events.due_at is 'Not planned before this instant.';
comment on column notify.events.channels is 'Only these of the type''s channels are candidates; null: all of them.';
comment on column notify.events.fallback_key is 'Order of channels for this event, before the person''s and the type''s.';
comment on column notify.events.expires_after is
  'From due_at: after it nothing of this event is delivered, nor kept by a provider for a phone that is off; null: the type''s.';
comment on column notify.events.plan_cursor is 'Planning has begun and is not done: who was planned last, or the event itself.';
comment on column notify.events.canceled_at is
  'Nothing more is planned or sent of it. What had been sent by then was sent: planned_at, deliveries.';
comment on column notify.events.plan_error is
  'Why planning failed last (code and message of the audience function or copy); it is tried again with growing pauses.';
comment on column notify.events.retry_at is
  'Planning failed, or people were held, and it is not tried again before; "infinity" once nothing of it could be delivered any '
  'more. Apart from due_at, because expiry counts from that.';
comment on column notify.events.is_retried is 'retry_event() had its audience asked again: whom it told already is not told again.';
comment on column notify.events.only_device_id is
  'The one device that the event''s pushes go to (a test push); null: all devices of each recipient. The engine alone writes it.';
create policy select_admin on notify.events for select to rowbell_operator using (true);
create policy insert_service on notify.events for insert to rowbell_writer with check (true);
grant select on notify.events to rowbell_operator;
grant insert (type_key, actor_id, subject_type, subject_id, data, idempotency_key, due_at, channels, fallback_key, expires_after)
  on notify.events to rowbell_writer;

create table notify_private.event_keys (
  idempotency_key text primary key,
  event_id uuid not null,
  created_at timestamptz not null default now()
);
alter table notify_private.event_keys enable row level security;
create index event_keys_created_at_idx on notify_private.event_keys (created_at);
comment on table notify_private.event_keys is
  'Idempotency keys of events, outside the partitions because a unique key over partitions would need the partition key in it. '
  'Forgotten after settings.retention.';

create type notify.event_input as (
  type_key text, actor_id uuid, subject_type text, subject_id uuid, data jsonb, idempotency_key text, due_at timestamptz
);
comment on type notify.event_input is 'One event for emit_many(); null data means {}, null due_at means now.';

create type notify.emit_result as (event_id uuid, deduplicated boolean);
comment on type notify.emit_result is 'The event, and whether it had already been there under the same idempotency key.';

create type notify.cancellation as (events integer, waiting integer, deliveries integer);
comment on type notify.cancellation is
  'What a cancellation ended: events (planned or not), candidates that waited (held or gathered), and deliveries that had not been '
  'sent.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
