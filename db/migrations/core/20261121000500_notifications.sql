-- migrate:up
set local lock_timeout = '5s';

create table notify.notifications (
  id uuid not null default uuidv7(),
  event_id uuid not null,
  recipient_id uuid not null,
  type_key text not null,
  priority text not null,
  actor_id uuid,
  title text not null,
  subtitle text,
  body text not null,
  data jsonb not null default '{}',
  thread_id text,
  collapse_key text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  seen_at timestamptz,
  read_at timestamptz,
  clicked_at timestamptz,
  archived_at timestamptz,
  primary key (id)
) partition by range (id);
alter table notify.notifications enable row level security;
-- The inbox page: newest first for one person; ids are uuidv7, so their order is time's order.
create index notifications_recipient_id_id_idx on notify.notifications (recipient_id, id desc);
comment on table notify.notifications is 'One thing worth telling one recipient, whatever the channel, in the recipient''s words; what the inbox shows. Exists only where at least one channel sends.';
comment on column notify.notifications.clicked_at is 'Engagement: what the person did, independent of any delivery''s status.';
create policy select_own on notify.notifications for select to rowbell_user using (recipient_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.notifications for select to rowbell_operator using (true);
grant select on notify.notifications to rowbell_user, rowbell_operator;
-- No update grant: mark_read() and its kin say what may change.

-- Partitioned by the event's key: the candidate is the primary key, so "exactly one decision per candidate" is a constraint.
create table notify.decisions (
  event_id uuid not null,
  recipient_id uuid not null,
  channel text not null,
  outcome text not null constraint decisions_outcome_is_known check (outcome in ('send', 'suppress')),
  rule text,
  reason text,
  inputs jsonb,
  notification_id uuid,
  decided_at timestamptz not null default now(),
  primary key (event_id, recipient_id, channel),
  constraint decisions_rule_iff_suppressed check ((outcome = 'suppress') = (rule is not null and reason is not null)),
  constraint decisions_notification_iff_sent check ((outcome = 'send') = (notification_id is not null))
) partition by range (event_id);
alter table notify.decisions enable row level security;
create index decisions_recipient_id_idx on notify.decisions (recipient_id, event_id desc);
comment on table notify.decisions is 'What the rules said of every candidate (event x recipient x channel): send, or suppress with the rule, its reason and its inputs.';
comment on column notify.decisions.rule is 'The rule that held it back: type, preference, address, suppression_list, dedupe, daily_cap.';
comment on column notify.decisions.inputs is 'What that rule looked at ({"cap": 3, "count": 3, "day": "2026-11-21"}).';
create policy select_own on notify.decisions for select to rowbell_user using (recipient_id = (select notify_hidden.current_user_id()));
create policy select_admin on notify.decisions for select to rowbell_operator using (true);
grant select on notify.decisions to rowbell_user, rowbell_operator;

create table notify_private.dedupe_keys (
  recipient_id uuid not null,
  dedupe_key text not null,
  channel text not null,
  event_id uuid not null,
  expires_at timestamptz not null,
  primary key (recipient_id, dedupe_key, channel)
);
alter table notify_private.dedupe_keys enable row level security;
-- Brin, and so never a way to look a key up: an ordinary index on one column ties with the primary key while the table
-- is empty, and a cached plan that chose it reads every row of it for each candidate later (2.7 s a slice, seen).
create index dedupe_keys_expires_at_idx on notify_private.dedupe_keys using brin (expires_at);
comment on table notify_private.dedupe_keys is 'Keys in use: same recipient, key and channel within the window is sent once. Claimed only by what is really sent.';

create table notify_private.daily_counters (
  recipient_id uuid not null,
  day date not null,
  channel text not null,
  count integer not null,
  primary key (recipient_id, day, channel)
);
alter table notify_private.daily_counters enable row level security;
create index daily_counters_day_idx on notify_private.daily_counters using brin (day);
comment on table notify_private.daily_counters is 'How many notifications a person was sent on a channel in a day of their own time zone.';

create type notify_private.audience_member as (event_id uuid, recipient_id uuid, variant text, variables jsonb);
create type notify_private.person as (
  notification_id uuid, event_id uuid, recipient_id uuid, title text, subtitle text, body text, data jsonb, thread_id text, collapse_key text, dedupe_key text
);
comment on type notify_private.person is 'A member of an audience with the words meant for them.';
comment on type notify_private.audience_member is 'What an audience function returns: who, in which variant of the copy, with which values.';
create type notify_private.candidate as (notification_id uuid, event_id uuid, type_key text, recipient_id uuid, channel text, dedupe_key text);
comment on type notify_private.candidate is 'One event, recipient and channel before the rules spoke, with the notification that would tell it.';
create type notify_private.usable_address as (provider text, device_id uuid, address text, suppression_reason text);
comment on type notify_private.usable_address is 'An address of a candidate, and why it must not be used where it must not.';
create type notify_private.verdict as (
  notification_id uuid, event_id uuid, recipient_id uuid, channel text, outcome text, rule text, reason text, inputs jsonb, dedupe_key text, dedupe_expires_at timestamptz, day date,
  addresses notify_private.usable_address[]
);
comment on type notify_private.verdict is 'What the rules say of a candidate, with what applying it needs: the key to claim and until when, the person''s day to count.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
