create or replace function notify_private.record_status_batch(
  endpoint_id uuid, claim_id uuid, outcome text, reason text default null, retry_at timestamptz default null
) returns timestamptz
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller, the claim's id its proof for this batch.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  at constant timestamptz := clock_timestamp();
  paused timestamptz;
begin
  perform from notify.status_endpoints as e where e.id = endpoint_id for no key update;
  update notify_private.status_positions as p
  set
    claim_id = null, claimed_until = null,
    after_xid = case when outcome = 'accepted' then p.until_xid else p.after_xid end,
    after_id = case when outcome = 'accepted' then p.until_id else p.after_id end,
    until_xid = case when outcome <> 'accepted' then p.until_xid end,
    until_id = case when outcome <> 'accepted' then p.until_id end,
    fixed_at = case when outcome <> 'accepted' then p.fixed_at end,
    events = case when outcome <> 'accepted' then p.events end,
    dropped_events = case when outcome <> 'accepted' then p.dropped_events end,
    batch = p.batch + (outcome = 'accepted')::integer
  where p.endpoint_id = endpoint_id and p.claim_id = claim_id;
  if not found then
    return null;
  end if;
  if outcome = 'accepted' then
    -- Noted once in a while: triggers of the big tables read this row.
    update notify.status_endpoints as e
    set accepted_at = at, failing_since = null, pauses = 0, paused_until = null, pause_reason = null
    where e.id = endpoint_id
      and (e.accepted_at is null or e.accepted_at < at - interval '5 seconds' or e.failing_since is not null);
  elsif outcome = 'rejected' then
    update notify.status_endpoints as e
    set
      failing_since = coalesce(e.failing_since, at), pauses = e.pauses + 1, pause_reason = coalesce(reason, 'refused'),
      paused_until = greatest(at + notify_private.pause_duration(e.pauses), least(retry_at, at + interval '1 hour'))
    where e.id = endpoint_id
    returning e.paused_until into paused;
  end if;
  return paused;
end
$$;
comment on function notify_private.record_status_batch(uuid, uuid, text, text, timestamptz) is
  'What came of a batch: accepted, and its endpoint''s position moves past it; rejected, and it is sent again after a pause; not_sent, '
  'and nobody is to blame. Returns until when the endpoint is paused. A claim that is no longer the caller''s changes nothing.';
grant execute on function notify_private.record_status_batch(uuid, uuid, text, text, timestamptz) to rowbell_worker;
