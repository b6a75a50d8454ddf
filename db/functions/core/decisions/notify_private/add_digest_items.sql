create or replace function notify_private.add_digest_items(verdicts notify_private.verdict[], at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  -- Under the people's locks nobody else opens or closes a digest of theirs; the one that is open already stays as it is.
  insert into notify.digests (user_id, channel, frequency, due_at, created_at)
  select v.recipient_id, v.channel, v.frequency, min(v.held_until), at
  from unnest(verdicts) as v
  group by v.recipient_id, v.channel, v.frequency
  on conflict (user_id, channel, frequency) where closed_at is null do nothing;

  insert into notify.digest_items (event_id, recipient_id, channel, digest_id, notification_id, added_at, rule_inputs)
  select
    v.event_id, v.recipient_id, v.channel, d.id, v.notification_id, at,
    v.rule_inputs || pg_catalog.jsonb_build_object('rule', v.rule, 'reason', v.reason, 'until', v.held_until)
  from unnest(verdicts) as v
  cross join lateral (
    select x.id from notify.digests as x
    where x.user_id = v.recipient_id and x.channel = v.channel and x.frequency = v.frequency and x.closed_at is null
    limit 1
  ) as d;
end
$$;
comment on function notify_private.add_digest_items(notify_private.verdict[], timestamptz) is
  'Puts what the rules gather (outcome digest) into the open digest of each person, channel and frequency, '
  'and opens one where there is none. Part of plan() and release_holds(), which hold the people''s locks.';
