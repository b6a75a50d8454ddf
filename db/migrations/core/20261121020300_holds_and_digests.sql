-- migrate:up
set local lock_timeout = '5s';

alter table notify.decisions
  drop constraint decisions_outcome_is_known,
  drop constraint decisions_rule_iff_suppressed,
  drop constraint decisions_notification_iff_sent,
  add column held_until timestamptz,
  add column facts jsonb,
  add constraint decisions_outcome_is_known check (outcome in ('send', 'hold', 'digest', 'suppress')) not valid,
  add constraint decisions_rule_iff_not_sent check ((outcome = 'send') = (rule is null and reason is null)) not valid,
  add constraint decisions_notification_iff_not_suppressed check ((outcome = 'suppress') = (notification_id is null)) not valid,
  add constraint decisions_held_until_iff_waiting check ((outcome in ('hold', 'digest')) = (held_until is not null)) not valid;
comment on table notify.decisions is
  'What the rules said of every candidate (event x recipient x channel): send, hold until an instant, gather into a digest, or suppress; with the rule, its reason and its inputs. A held one is judged again when its time comes, and then says what became of it; notify.holds keeps how it waited.';
comment on column notify.decisions.rule is 'The rule that did not let it pass at once: docs/rules.md.';
comment on column notify.decisions.held_until is 'For hold and digest: when it is judged again.';
comment on column notify.decisions.facts is 'What all rules looked at, in short; explain() reads it. docs/rules.md names the keys.';

-- What the person can see: an inbox must not show at 23:00 what their quiet hours hold until 07:00.
alter table notify.notifications add column told_at timestamptz default now();
comment on column notify.notifications.told_at is 'When the first channel was allowed to tell it; null while all of them wait, and the person does not see it yet.';
drop policy select_own on notify.notifications;
create policy select_own on notify.notifications for select to rowbell_user
  using (recipient_id = (select notify_hidden.current_user_id()) and told_at is not null);

create table notify.holds (
  event_id uuid not null,
  recipient_id uuid not null,
  channel text not null,
  held_at timestamptz not null,
  lane text not null constraint holds_lane_is_known check (lane in ('urgent', 'bulk')),
  notification_id uuid not null,
  rule text not null,
  reason text not null,
  inputs jsonb,
  due_at timestamptz not null,
  released_at timestamptz,
  outcome text constraint holds_outcome_is_known check (outcome in ('send', 'hold', 'digest', 'suppress')),
  primary key (event_id, recipient_id, channel, held_at),
  constraint holds_outcome_iff_released check ((released_at is null) = (outcome is null))
) partition by range (event_id);
alter table notify.holds enable row level security;
create unique index holds_event_id_recipient_id_channel_key on notify.holds (event_id, recipient_id, channel) where released_at is null;
create index holds_due_at_idx on notify.holds (lane, due_at) where released_at is null;
create index holds_recipient_id_idx on notify.holds (recipient_id) where released_at is null;
comment on table notify.holds is
  'A candidate that waits (quiet hours, a pause, the cap''s next day, a fallback''s earlier step), or waited: one row a stay, at most one of them open. release_holds() judges it again when it is due.';
comment on column notify.holds.due_at is 'When it is judged again. Whatever changes the person''s settings sets it to now: judging decides how much longer.';
comment on column notify.holds.outcome is 'What the next judgement said.';
create policy select_own on notify.holds for select to rowbell_user using (recipient_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.holds for select to rowbell_operator using (true);
grant select on notify.holds to rowbell_user, rowbell_operator;

create table notify.digests (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  channel text not null constraint digests_channel_has_digests check (channel in ('push', 'email')),
  frequency text not null constraint digests_frequency_is_known check (frequency in ('daily', 'weekly')),
  due_at timestamptz not null,
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
  'Several notifications in one delivery: at most one open per person, channel and frequency. close_digests() closes it at due_at and makes the event that tells it; without items none is made.';
create policy select_own on notify.digests for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.digests for select to rowbell_operator using (true);
grant select on notify.digests to rowbell_user, rowbell_operator;

create table notify.digest_items (
  event_id uuid not null,
  recipient_id uuid not null,
  channel text not null,
  digest_id uuid not null,
  notification_id uuid not null,
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
comment on column notify.digest_items.position is 'Place in the closed digest, from 1, oldest event first.';
comment on column notify.digest_items.left_out is 'The rule that kept it out when the digest was closed (no longer relevant, expired, switched off).';
create policy select_own on notify.digest_items for select to rowbell_user using (recipient_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.digest_items for select to rowbell_operator using (true);
grant select on notify.digest_items to rowbell_user, rowbell_operator;

-- Instants beside the count, for the cap over a rolling window: exact, and no row more than before.
alter table notify_private.daily_counters add column sent_at timestamptz[] not null default '{}';
comment on column notify_private.daily_counters.sent_at is 'When each was decided, oldest first.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
