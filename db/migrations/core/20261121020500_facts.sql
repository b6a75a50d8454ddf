-- migrate:up
set local lock_timeout = '5s';

-- The rules are facts() (what is known of a candidate) and judge() (what follows from it) now; the types change with them.
drop function if exists notify_private.evaluate(notify_private.candidate[], timestamptz);
drop type notify_private.verdict;
drop type notify_private.candidate;

create type notify_private.candidate as (
  notification_id uuid, event_id uuid, type_key text, recipient_id uuid, channel text, dedupe_key text,
  expires_at timestamptz, fallback_key text, released_rule text
);
comment on type notify_private.candidate is
  'One event, recipient and channel before the rules spoke, with the notification that would tell it; released_rule is the rule that held it, where it is judged again.';

create type notify_private.facts as (
  notification_id uuid, event_id uuid, recipient_id uuid, type_key text, channel text, at timestamptz, released_rule text,
  place integer, priority text, type_enabled boolean, expires_at timestamptz, relevant boolean,
  consent text, region text,
  enabled boolean, frequency text, source text,
  known integer, usable integer, suppression_reason text, addresses notify_private.usable_address[],
  fallback_key text, fallback_step integer,
  dedupe_key text, dedupe_expires_at timestamptz, used_by_event_id uuid, used_until timestamptz,
  capped boolean, cap integer, count integer, day date, rolling_cap integer, rolling_count integer, rolling_free_at timestamptz, cap_excess text,
  zone text, quiet_until timestamptz, quiet_reason text,
  digest_at timestamptz, defer_until timestamptz
);
comment on type notify_private.facts is
  'All that the rules look at for one candidate. consent: not_needed, given, withdrawn or missing. source of enabled and frequency: own, category, default or locked. place orders the channels of an event. quiet_until: null where this channel may disturb now.';

create type notify_private.verdict as (
  notification_id uuid, event_id uuid, recipient_id uuid, channel text, released_rule text,
  outcome text, rule text, reason text, inputs jsonb, held_until timestamptz, frequency text, facts jsonb,
  dedupe_key text, dedupe_expires_at timestamptz, day date, addresses notify_private.usable_address[],
  fallback_key text, fallback_step integer
);
comment on type notify_private.verdict is
  'What the rules say of a candidate, with what applying it needs: until when it waits, which digest, the key to claim and until when, the person''s day to count, the addresses to use.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
