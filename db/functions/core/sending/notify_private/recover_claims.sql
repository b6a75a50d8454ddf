create or replace function notify_private.recover_claims(silent_for interval default '15 seconds') returns bigint
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  recovered uuid[];
begin
  update notify.workers as w set stopped_at = at where w.stopped_at is null and w.seen_at < at - silent_for;
  with dead as (
    delete from notify_private.claims as c
    using notify.workers as w
    where w.id = c.worker_id
      -- Nothing holds a chunk for a quarter of an hour; a worker that lives and does has lost it.
      and (w.stopped_at is not null or c.claimed_at < at - interval '15 minutes')
    returning c.*
  ),
  moved as (
    update notify.deliveries as d
    set
      -- Sent or not? A push that comes twice carries the same id; an SMS or a call must not, so their status callbacks decide.
      status = case when d.channel in ('sms', 'voice') then 'unknown' when d.attempt >= d.max_attempts then 'failed' else 'queued' end,
      reason = 'worker_lost',
      -- Whoever may have taken it gets it again, and nobody else.
      sender_id = dead.sender_id,
      claim_id = null,
      due_at = case when d.channel not in ('sms', 'voice') and d.attempt < d.max_attempts then at end,
      finished_at = case when d.channel not in ('sms', 'voice') and d.attempt >= d.max_attempts then at end
    from dead cross join unnest(dead.delivery_ids) as held (id)
    where d.id = held.id and d.claim_id = dead.id and d.status = 'sending'
    returning d.id, d.attempt, d.sender_id, d.lane, d.status, dead.worker_id, dead.claimed_at
  ),
  tried as (
    insert into notify.delivery_attempts (delivery_id, attempt, worker_id, sender_id, outcome, reason, started_at, finished_at)
    select m.id, m.attempt, m.worker_id, m.sender_id, 'lost', 'worker_lost', m.claimed_at, at from moved as m
  ),
  again as (
    select notify_private.enqueue_sending(array(
      select s::notify_private.sending
      from (
        select m.sender_id, m.lane from moved as m where m.status = 'queued' group by m.sender_id, m.lane
      ) as s
    ))
  )
  select coalesce(array_agg(m.id) filter (where m.id is not null), '{}') into recovered from again left join moved as m on true;
  -- A receipt that came while the claim was held has been waiting for this.
  perform notify_private.apply_receipts(recovered);
  perform notify_private.advance_awaited(recovered, at);
  return pg_catalog.cardinality(recovered);
end
$$;
comment on function notify_private.recover_claims(interval) is
  'Declares silent workers dead and releases their claims: push, email and webhooks are '
  'tried again under the same id, SMS and calls become unknown. Returns how many deliveries.';
grant execute on function notify_private.recover_claims(interval) to rowbell_worker;
