-- Without settings of its own, so that it is inlined.
create or replace function notify_private.past(
  event_id uuid, recipient_id uuid, channel text, type_key text, place integer, type_enabled boolean, shares_key boolean,
  at timestamptz, nth integer, released_rule text,
  judged_at timestamptz[], rule_inputs jsonb[], held_by text[], held_until timestamptz[],
  decided_at timestamptz, outcome text, rule text, reason text, ended_by text, freed_at timestamptz, uncounted_at timestamptz
) returns notify_private.past
language sql immutable parallel safe
as $$
  select row(
    past.event_id, past.recipient_id, past.channel, past.type_key, past.place, past.type_enabled, past.shares_key,
    past.at, past.nth, past.released_rule,
    past.judged_at, past.rule_inputs, past.held_by, past.held_until,
    past.decided_at, past.outcome, past.rule, past.reason, past.ended_by, past.freed_at, past.uncounted_at
  )::notify_private.past
$$;
comment on function notify_private.past(
  uuid, uuid, text, text, integer, boolean, boolean, timestamptz, integer, text, timestamptz[], jsonb[], text[], timestamptz[],
  timestamptz, text, text, text, text, timestamptz, timestamptz
) is 'The one place that makes candidates of the past, for replay(): by name, so that a field more moves no other.';
