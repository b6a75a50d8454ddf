-- migrate:up
set local lock_timeout = '5s';

-- Several notifications in one message.

create table notify.digests (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  channel text not null constraint digests_channel_has_digests check (channel in ('push', 'email')),
  frequency text not null constraint digests_frequency_is_known check (frequency in ('daily', 'weekly', 'held')),
  due_at timestamptz not null,
  close_error text,
  created_at timestamptz not null default now(),
  closed_at timestamptz,
  event_id uuid,
  item_count integer,
  constraint digests_count_iff_closed check ((closed_at is null) = (item_count is null)),
  constraint digests_event_where_items check ((event_id is not null) = (coalesce(item_count, 0) > 0))
);
alter table notify.digests enable row level security;
create unique index digests_user_id_channel_frequency_key on notify.digests (user_id, channel, frequency) where closed_at is null;
create index digests_user_id_id_idx on notify.digests (user_id, id desc);
create index digests_due_at_idx on notify.digests (due_at) where closed_at is null;
comment on table notify.digests is
  E'@order id desc\n'
  'Several notifications in one delivery: at most one open per person, channel and frequency. close_digests() closes it at due_at and '
  'makes the event that tells it; without items none is made.';
comment on column notify.digests.frequency is
  'daily or weekly, as its person chose; held: what quiet hours or a pause had held, told as one when they were over.';
comment on column notify.digests.close_error is
  'Why it could not be closed (code and message of a type''s function); due_at says when it is tried again.';
create policy select_own on notify.digests for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.digests for select to rowbell_operator using (true);
grant select on notify.digests to rowbell_operator;
grant select (id, user_id, channel, frequency, due_at, created_at, closed_at, event_id, item_count) on notify.digests to rowbell_user;

create table notify.digest_items (
  event_id uuid not null,
  recipient_id uuid not null,
  channel text not null,
  digest_id uuid not null,
  notification_id uuid not null,
  rule_inputs jsonb,
  added_at timestamptz not null default now(),
  position integer,
  left_out text,
  primary key (event_id, recipient_id, channel),
  constraint digest_items_either_placed_or_left_out check (num_nonnulls(position, left_out) <= 1)
) partition by range (event_id);
alter table notify.digest_items enable row level security;
create index digest_items_digest_id_idx on notify.digest_items (digest_id, event_id);
comment on table notify.digest_items is
  'What a digest gathers. The key is the candidate''s, so nothing is ever in two digests of a channel.';
comment on column notify.digest_items.rule_inputs is
  'What the rules looked at when they gathered it, as in decisions.rule_inputs, with the rule that gathered it, its reason and until '
  'when.';
comment on column notify.digest_items.position is 'Place in the closed digest, from 1, oldest event first.';
comment on column notify.digest_items.left_out is
  'The rule that kept it out when the digest was closed (no longer relevant, expired, switched off).';
create policy select_own on notify.digest_items for select to rowbell_user
  using (recipient_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.digest_items for select to rowbell_operator using (true);
grant select on notify.digest_items to rowbell_user, rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
