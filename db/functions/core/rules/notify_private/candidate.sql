-- Without settings of its own, so that it is inlined wherever candidates are made.
create or replace function notify_private.candidate(
  notification_id uuid, event_id uuid, type_key text, recipient_id uuid, channel text default null, dedupe_key text default null,
  expires_at timestamptz default null, fallback_key text default null, released_rule text default null
) returns notify_private.candidate
language sql immutable parallel safe
as $$
  select row(
    candidate.notification_id, candidate.event_id, candidate.type_key, candidate.recipient_id, candidate.channel, candidate.dedupe_key,
    candidate.expires_at, candidate.fallback_key, candidate.released_rule
  )::notify_private.candidate
$$;
comment on function notify_private.candidate(uuid, uuid, text, uuid, text, text, timestamptz, text, text) is
  'The one place that makes candidates: by name, so that a field more moves no other.';
