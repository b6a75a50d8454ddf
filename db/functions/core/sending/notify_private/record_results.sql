create or replace function notify_private.record_results(claim_id uuid, results notify_private.result[])
returns table (status text, deliveries bigint)
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller; the claim's id is its proof for these deliveries.
security definer set search_path = pg_catalog, pg_temp
-- As in plan(): generic plans, and none that scans a table; the two arrays are joined by hash.
set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off set enable_nestloop = off
as $$
#variable_conflict use_column
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  claim notify_private.claims;
  -- In order: the first and the last tell a statement which partitions it need not open.
  ids uuid[];
  judgements notify_private.judgement[];
  fates notify_private.fate[];
begin
  delete from notify_private.claims as c where c.id = record_results.claim_id returning * into claim;
  if not found then
    -- Already recorded, or given to a successor: the first word stands.
    return;
  end if;
  ids := pg_catalog.array_sort(claim.delivery_ids);
  judgements := notify_private.update_circuit_breakers(claim, results);

  fates := array(
    select f::notify_private.fate
    from (
      select
        d.id as delivery_id,
        d.attempt,
        d.lane,
        d.channel,
        d.device_id,
        d.address,
        j.outcome,
        r.reason,
        r.code,
        r.provider_message_id,
        case
          when j.outcome = 'accepted' then 'sent'
          when j.outcome = 'not_begun' then 'queued'
          when j.outcome in ('address', 'message') then 'failed'
          when j.outcome = 'ambiguous' and d.channel in ('sms', 'voice') then 'unknown'
          when d.attempt >= d.max_attempts then 'failed'
          when next.due_at >= d.expires_at then 'expired'
          else 'queued'
        end as status,
        next.due_at,
        d.is_awaited,
        d.sender_id
      from unnest(results) as r
      cross join lateral (
        select * from notify.deliveries as x
        where x.id = r.delivery_id and x.id between ids[1] and ids[pg_catalog.cardinality(ids)] limit 1
      ) as d
      left join unnest(judgements) as v on v.delivery_id = r.delivery_id
      cross join lateral (select coalesce(v.outcome, r.outcome) as outcome) as j
      cross join lateral (
        select case
          when j.outcome = 'accepted' then null
          when j.outcome = 'not_begun' then at
          -- The suspect ones come back one by one: together they would cast the same doubt again.
          else greatest(r.retry_at, case
            when v.resume_at is not null and j.outcome <> 'suspect' then v.resume_at
            else coalesce(v.resume_at, at) + notify_private.backoff(d.attempt)
          end)
        end as due_at
      ) as next
      where d.claim_id = record_results.claim_id and d.status = 'sending'
    ) as f
  );

  update notify.deliveries as d
  set
    status = f.status,
    reason = f.reason,
    -- What ended says who had it last, and what may have gone waits for that one again; the rest for whom it waited before.
    sender_id = case when f.status = 'queued' and f.outcome <> 'ambiguous' then f.sender_id else claim.sender_id end,
    claim_id = null,
    due_at = case when f.status = 'queued' then f.due_at end,
    -- What was never begun does not use up a try. Whatever pauses a provider does, so that nothing pauses it for ever.
    max_attempts = d.max_attempts + (f.outcome = 'not_begun')::integer,
    provider_message_id = coalesce(f.provider_message_id, d.provider_message_id),
    sent_at = case when f.status = 'sent' then at end,
    finished_at = case when f.status in ('failed', 'expired') then at end
  from unnest(fates) as f
  where d.id = f.delivery_id and d.claim_id = record_results.claim_id and d.status = 'sending'
    -- Said twice: by the array they are found, to which the fates are then joined.
    and d.id = any (ids) and d.id between ids[1] and ids[pg_catalog.cardinality(ids)];

  insert into notify.delivery_attempts
    (delivery_id, attempt, worker_id, sender_id, outcome, reason, code, provider_message_id, started_at, finished_at)
  select f.delivery_id, f.attempt, claim.worker_id, claim.sender_id, case f.outcome when 'not_begun' then 'transient' else f.outcome end,
    -- APNs is given the delivery's id for its own.
    f.reason, f.code, nullif(f.provider_message_id, f.delivery_id::text), claim.claimed_at, at
  from unnest(fates) as f;

  if exists (select from unnest(fates) as f where f.status <> 'sent') then
    perform notify_private.retire_addresses(fates, claim.claimed_at);
    perform notify_private.enqueue_sending(array(
      select s::notify_private.sending
      from (
        select f.sender_id, f.lane
        from unnest(fates) as f
        -- What was not begun, and what another can carry. Retries are a second away at least, and the poller's: each poll knows what is
        -- due before the next.
        where f.status = 'queued' and f.due_at <= pg_catalog.clock_timestamp()
        group by f.sender_id, f.lane
      ) as s
    ));
  end if;
  -- A receipt that came while the claim was held has been waiting for this.
  perform notify_private.apply_receipts(ids);
  if exists (select from unnest(fates) as f where f.is_awaited) then
    perform notify_private.advance_awaited(array(select f.delivery_id from unnest(fates) as f where f.is_awaited), at);
  end if;
  return query
  select f.status, count(*) from unnest(fates) as f group by f.status
  union all
  select 'paused', count(distinct v.resume_at) from unnest(judgements) as v having count(v.resume_at) > 0;
end
$$;
comment on function notify_private.record_results(uuid, notify_private.result[]) is
  'Writes back what a provider said of a claimed chunk: next status, attempt rows, retries with backoff, '
  'dead addresses, pauses. Returns how many went to which status, and as paused how many pauses of the '
  'sender or its origins came of it. A claim that is no longer the caller''s changes nothing.';
grant execute on function notify_private.record_results(uuid, notify_private.result[]) to rowbell_worker;
