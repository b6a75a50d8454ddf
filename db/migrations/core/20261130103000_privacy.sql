-- migrate:up
set local lock_timeout = '5s';

-- Export and erasure of what is known of a person, and what is kept after it.

create type notify_private.personal_data as (
  table_name text, column_name text, exports text, rows text, on_erasure text, changes jsonb, hidden text[], not_theirs text[],
  reason text
);
comment on type notify_private.personal_data is
  'One way from a person to rows of a table: which rows are theirs, what of them is exported, what becomes of them on erasure (delete, '
  'change, nothing). Made by declare_owned_rows(), declare_mention() and declare_not_personal(); a function personal_data() of each '
  'pack returns all of its own.';

create type notify.personal_row as (table_name text, data jsonb);
comment on type notify.personal_row is
  'One row of an export: the table, and the row''s columns by name. docs/privacy.md describes the format.';

create table notify.erasure_requests (
  user_id uuid primary key references notify.users on delete cascade,
  requested_at timestamptz not null default clock_timestamp(),
  due_at timestamptz not null default clock_timestamp() + interval '1 day'
);
alter table notify.erasure_requests enable row level security;
comment on table notify.erasure_requests is
  E'@root\n'
  'People who asked to be erased. There is a day of reflection, since nothing brings them back and the token may have been in wrong '
  'hands. Written by request_erasure() and cancel_erasure(), which is why there is no insert or delete grant; goes with the person.';
comment on column notify.erasure_requests.due_at is 'Not before this instant; within the minute after it.';
create policy select_own on notify.erasure_requests for select to rowbell_user
  using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.erasure_requests for select to rowbell_operator using (true);
create policy select_service on notify.erasure_requests for select to rowbell_writer using (true);
grant select on notify.erasure_requests to rowbell_user, rowbell_operator, rowbell_writer;

create table notify.erasures (
  id uuid primary key default uuidv7(),
  subject_digest text not null,
  reason text not null
    constraint erasures_reason_is_known check (reason in ('person_request', 'account_closed', 'legal_duty', 'operator')),
  erased_by uuid,
  counts jsonb not null,
  started_at timestamptz not null,
  erased_at timestamptz not null default clock_timestamp()
);
alter table notify.erasures enable row level security;
create index erasures_subject_digest_idx on notify.erasures (subject_digest);
comment on table notify.erasures is
  E'@paged\n'
  'That somebody was erased: when, why, by which operator, how many rows of which table. Nothing in it says who; whoever knows an id '
  'can ask by its digest whether it was erased.';
comment on column notify.erasures.subject_digest is 'SHA-256 of the person''s id, in hex.';
comment on column notify.erasures.counts is '{"notify.devices": {"delete": 2}, "notify.events": {"change": 14}}';
create policy select_admin on notify.erasures for select to rowbell_operator using (true);
grant select on notify.erasures to rowbell_operator;

create table notify_private.suppression_digests (
  channel text not null,
  digest bytea not null,
  reason text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  primary key (channel, digest)
);
alter table notify_private.suppression_digests enable row level security;
comment on table notify_private.suppression_digests is
  'Suppressed mailboxes and numbers of erased people, as SHA-256 of channel and address: they stay suppressed. Nobody has such an '
  'address; as soon as somebody does, a trigger on users makes it a suppression again, so the rules need not know of digests.';

create table notify_private.consent_proofs (
  id uuid primary key default uuidv7(),
  address_digests bytea[] not null,
  channel text,
  granted boolean not null,
  method text not null,
  text_version text not null,
  region text not null,
  recorded_at timestamptz not null,
  erased_at timestamptz not null default clock_timestamp()
);
alter table notify_private.consent_proofs enable row level security;
comment on table notify_private.consent_proofs is
  'That consent had been given, after the person was erased: without their id, addresses as SHA-256, no evidence. Whoever claims that '
  'a message came unasked brings the address, and it can be compared (GDPR Art. 7(1), 17(3)(e)).';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
