create or replace function notify_private.end_holds(verdicts notify_private.verdict[], at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  update notify.decisions as d
  set
    outcome = v.outcome, rule = v.rule, reason = v.reason, inputs = v.inputs, held_until = v.held_until, rule_inputs = v.rule_inputs,
    notification_id = case when v.outcome <> 'suppress' then v.notification_id end, decided_at = at
  from unnest(verdicts) as v
  where v.released_rule is not null
    and d.event_id = v.event_id and d.recipient_id = v.recipient_id and d.channel = v.channel;

  update notify.holds as h
  set released_at = at, outcome = v.outcome
  from unnest(verdicts) as v
  where v.released_rule is not null and h.released_at is null
    and h.event_id = v.event_id and h.recipient_id = v.recipient_id and h.channel = v.channel;

  update notify.notifications as n
  set told_at = at, changed_xid = notify_private.next_version(n.changed_xid)
  where n.told_at is null and n.id in (
    select v.notification_id from unnest(verdicts) as v where v.released_rule is not null and v.outcome = 'send'
  );

  -- What is not going to be told after all leaves its key to the next; so does what waits once more whether it is needed.
  delete from notify_private.dedupe_keys as k
  using unnest(verdicts) as v
  where v.released_rule is not null and not v.claims_key
    and k.recipient_id = v.recipient_id and k.dedupe_key = v.dedupe_key and k.channel = v.channel and k.event_id = v.event_id;
end
$$;
comment on function notify_private.end_holds(notify_private.verdict[], timestamptz) is
  'Writes what became of candidates that were held or gathered and have been judged again (verdicts with a released_rule): '
  'their decisions, the end of their stay, and the key of those that are not told. Its callers hold the recipients'' locks.';
