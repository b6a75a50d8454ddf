-- migrate:up
set local lock_timeout = '5s';

-- What the rules look at and say of a candidate, and what they count by.

create type notify_private.candidate as (
  notification_id uuid, event_id uuid, type_key text, recipient_id uuid, channel text, dedupe_key text, expires_at timestamptz,
  fallback_key text, released_rule text
);
comment on type notify_private.candidate is
  'One event, recipient and channel before the rules spoke, with the notification that would tell it; released_rule is the rule that '
  'held it, where it is judged again.';

create type notify_private.usable_address as (provider text, device_id uuid, address text, suppression_reason text, sender_id smallint);
comment on type notify_private.usable_address is 'An address of a candidate, and why it must not be used where it must not.';

create type notify_private.rule_inputs as (
  notification_id uuid, event_id uuid, recipient_id uuid, type_key text, channel text, at timestamptz, released_rule text,
  place integer, priority text, type_enabled boolean, expires_at timestamptz, relevant boolean,
  consent text, region text,
  enabled boolean, frequency text, source text,
  known integer, usable integer, suppression_reason text, addresses notify_private.usable_address[],
  fallback_key text, fallback_step integer,
  dedupe_key text, dedupe_expires_at timestamptz, used_by_event_id uuid, used_until timestamptz,
  capped boolean, cap integer, count integer, day date,
  rolling_cap integer, rolling_count integer, rolling_frees timestamptz[], cap_excess text,
  zone text, quiet_until timestamptz, quiet_reason text,
  digest_at timestamptz, defer_until timestamptz,
  unverified boolean, spending text,
  attention_until timestamptz, seen boolean, inbox text
);
comment on type notify_private.rule_inputs is
  'All that the rules look at for one candidate. consent: not_needed, given, withdrawn or missing. source of enabled and frequency: '
  'own, category, default or locked. place orders the channels of an event. rolling_frees: when each message leaves the rolling '
  'window, the next one''s first, then those sent, newest first. quiet_until: null where this channel may disturb now. attention_until: '
  'null where they do not look at their inbox, or nobody asks. seen: whether they know by now what waited. '
  'inbox: what they did with it there, where that ends it (deleted, seen).';

create type notify_private.verdict as (
  notification_id uuid, event_id uuid, recipient_id uuid, channel text, released_rule text,
  outcome text, rule text, reason text, inputs jsonb, held_until timestamptz, frequency text, rule_inputs jsonb,
  dedupe_key text, dedupe_expires_at timestamptz, claims_key boolean, day date, addresses notify_private.usable_address[],
  fallback_key text, fallback_step integer
);
comment on type notify_private.verdict is
  'What the rules say of a candidate, with what applying it needs: until when it waits, which digest, the key, until when and whether '
  'it claims it, the person''s day to count, the addresses to use.';

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
comment on table notify_private.dedupe_keys is
  'Keys in use: same recipient, key and channel within the window is sent once. Claimed by what is sent or waits to be, and by what '
  'was seen in the inbox instead.';

create table notify_private.daily_counters (
  recipient_id uuid not null,
  day date not null,
  channel text not null,
  count integer not null,
  -- Instants beside the count, for the cap over a rolling window: exact, and no row more.
  sent_at timestamptz[] not null default '{}',
  primary key (recipient_id, day, channel)
)
-- Room on each page for rows that grow by an instant: 3 431 of 40 000 updates wrote no index without it, 28 308 with it.
with (fillfactor = 70);
alter table notify_private.daily_counters enable row level security;
create index daily_counters_day_idx on notify_private.daily_counters using brin (day);
comment on table notify_private.daily_counters is
  'How many notifications a person was sent on a channel in a day of their own time zone, the one that they live in now.';
comment on column notify_private.daily_counters.sent_at is 'When each was decided, oldest first.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
