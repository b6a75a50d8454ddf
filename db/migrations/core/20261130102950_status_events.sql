-- migrate:up
set local lock_timeout = '5s';

-- What became of deliveries, told to the calling application (docs/decisions/0012-status-events-out.md).

create table notify.status_endpoints (
  id uuid primary key default uuidv7(),
  url text not null constraint status_endpoints_url_is_http check (url ~ '^https?://\S+$' and length(url) <= 2000),
  kinds text[] not null
    constraint status_endpoints_kinds_are_known check (
      kinds <@ '{delivered,failed,suppressed,opened,clicked,unsubscribed}' and kinds <> '{}'
    ),
  type_keys text[] not null default '{}',
  app_keys text[] not null default '{}',
  max_events integer not null default 100 constraint status_endpoints_max_events_is_sane check (max_events between 50 and 1000),
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  accepted_at timestamptz,
  failing_since timestamptz,
  pauses integer not null default 0,
  paused_until timestamptz,
  pause_reason text,
  dropped_events bigint not null default 0,
  constraint status_endpoints_url_key unique (url),
  constraint status_endpoints_pause_is_whole check (num_nonnulls(failing_since, paused_until, pause_reason) in (0, 3))
);
alter table notify.status_endpoints enable row level security;
comment on table notify.status_endpoints is $$
@values kinds StatusEventKind: delivered failed suppressed opened clicked unsubscribed
Where the calling application is told what became of its notifications: signed as Standard Webhooks say, in batches, in
order, each event at least once. Its secret is told once, by the call that makes it.
$$;
comment on column notify.status_endpoints.kinds is 'Which events it gets.';
comment on column notify.status_endpoints.type_keys is 'Of which notification types; none: of all.';
comment on column notify.status_endpoints.app_keys is 'Of which apps; none: of all.';
comment on column notify.status_endpoints.max_events is 'How many events one call has at most.';
comment on column notify.status_endpoints.enabled is
  'False: nothing is gathered for it. Enabled again, it begins with what happens from then on.';
comment on column notify.status_endpoints.changed_at is 'When it was last set by its operators or a service.';
comment on column notify.status_endpoints.accepted_at is 'When it last took a batch, to some seconds.';
comment on column notify.status_endpoints.failing_since is 'Since when it takes nothing; null: it takes what it gets.';
comment on column notify.status_endpoints.pauses is 'Failed calls in a row; each doubles the pause, from 5 s to 5 min.';
comment on column notify.status_endpoints.paused_until is
  'It refused or did not answer: nothing goes there until then, then its batch is sent again. What comes meanwhile waits.';
comment on column notify.status_endpoints.pause_reason is 'Why, in the vocabulary of docs/provider-errors.md.';
comment on column notify.status_endpoints.dropped_events is
  'Events that left the backlog before it had them, those that it does not want among them: it was away for longer than they are kept.';
-- One is looked up by its key.
comment on constraint status_endpoints_url_key on notify.status_endpoints is '@behavior -*';
create policy select_admin on notify.status_endpoints for select to rowbell_operator using (true);
create policy select_service on notify.status_endpoints for select to rowbell_writer using (true);
grant select on notify.status_endpoints to rowbell_operator, rowbell_writer;
-- No grant to write: create_status_endpoint() and its kin say what may change.

create table notify_private.status_positions (
  endpoint_id uuid primary key references notify.status_endpoints on delete cascade,
  secret text not null constraint status_positions_secret_is_standard check (secret ~ '^whsec_[A-Za-z0-9+/=]+$' and length(secret) <= 206),
  previous_secret text,
  previous_secret_expires_at timestamptz,
  begins_at timestamptz not null default clock_timestamp(),
  after_xid xid8 not null default pg_snapshot_xmin(pg_current_snapshot()),
  after_id bigint not null default 0,
  batch bigint not null default 1,
  until_xid xid8,
  until_id bigint,
  fixed_at timestamptz,
  events jsonb,
  dropped_events bigint,
  claim_id uuid,
  claimed_until timestamptz,
  constraint status_positions_previous_secret_expires check ((previous_secret is null) = (previous_secret_expires_at is null)),
  constraint status_positions_batch_is_whole check (num_nonnulls(until_xid, until_id, fixed_at, events, dropped_events) in (0, 5)),
  constraint status_positions_claim_is_whole check ((claim_id is null) = (claimed_until is null))
);
alter table notify_private.status_positions enable row level security;
comment on table notify_private.status_positions is
  'How far each status endpoint is in the backlog, the batch that is on its way, and what its calls are signed with.';
comment on column notify_private.status_positions.previous_secret is
  'The secret before the last rotation: calls are signed with both until previous_secret_expires_at.';
comment on column notify_private.status_positions.begins_at is 'What came before is nothing to it: it was not there, or switched off.';
comment on column notify_private.status_positions.after_xid is
  'It is past the rows of status_changes up to (after_xid, after_id). A new one begins with the oldest transaction under way.';
comment on column notify_private.status_positions.batch is
  'The number of the batch that is on its way or comes next, a part of its webhook-id.';
comment on column notify_private.status_positions.until_xid is
  'The last row of the batch that is on its way, fixed before it is sent: whoever sends it again sends the same.';
comment on column notify_private.status_positions.fixed_at is 'When that was; what its calls say as their instant.';
comment on column notify_private.status_positions.events is
  'What its calls say, as it was read then: what has happened since is for later batches. Whoever is erased is taken out.';
comment on column notify_private.status_positions.dropped_events is 'What its calls say was lost by then.';
comment on column notify_private.status_positions.claim_id is
  'The call that carries the batch, of one worker; after claimed_until another may.';

create table notify_private.status_changes (
  xid xid8 not null default pg_current_xact_id(),
  id bigint generated always as identity,
  kind text not null
    constraint status_changes_kind_is_known check (kind in ('delivered', 'failed', 'suppressed', 'opened', 'clicked', 'unsubscribed')),
  reason text,
  changed_at timestamptz not null default clock_timestamp(),
  delivery_ids uuid[],
  event_id uuid,
  channel text,
  recipient_ids uuid[],
  primary key (xid, id),
  constraint status_changes_of_deliveries_or_candidates check (
    num_nonnulls(delivery_ids, event_id) = 1 and num_nonnulls(event_id, channel, recipient_ids) in (0, 3)
  )
);
alter table notify_private.status_changes enable row level security;
comment on table notify_private.status_changes is
  'The backlog of status events, in the order of transactions: deliveries, or candidates that a rule suppressed, which came to a kind '
  'in one statement, at most 50 in a row. Empty where no endpoint is enabled. What a change says besides is read when it is sent.';
comment on column notify_private.status_changes.xid is
  'The transaction: rows are read once all that began before them have ended, so none comes in behind a reader.';
comment on column notify_private.status_changes.delivery_ids is 'The deliveries; null for candidates, which have none.';
comment on column notify_private.status_changes.event_id is
  'The event of candidates that a rule suppressed; with the channel and the recipients.';

create type notify.status_endpoint_secret as (status_endpoint_id uuid, secret text, previous_secret_expires_at timestamptz);
comment on type notify.status_endpoint_secret is $$
@nullable previous_secret_expires_at
The signing secret of a status endpoint, which is told this once, and until when calls are signed with the one before it
as well.
$$;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
