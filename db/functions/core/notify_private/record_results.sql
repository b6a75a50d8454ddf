create or replace function notify_private.record_results(claim_id uuid, results notify_private.result[])
returns table (status text, deliveries bigint)
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller; the claim's id is its proof for these deliveries.
security definer set search_path = ''
-- Generic plans: planning these statements costs more than running them for one person (6.6 ms against 2.0), and the
-- generic plan was the faster one for a thousand as well (125 ms against 151).
set plan_cache_mode = force_generic_plan set jit = off
as $$
#variable_conflict use_column
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  claim notify_private.claims;
  doubted boolean;
  resume timestamptz;
begin
  delete from notify_private.claims as c where c.id = record_results.claim_id returning * into claim;
  if not found then
    -- Already recorded, or given to a successor: the first word stands.
    return;
  end if;
  -- One wrong token is a dead phone; most of a chunk is a wrong key or environment, and pruning would empty the table.
  select count(*) filter (where r.suspect) >= 10 and count(*) filter (where r.suspect) > count(*) / 2
  into doubted from unnest(results) as r;
  if doubted or exists (select from unnest(results) as r where r.outcome = 'misconfigured') then
    resume := notify_private.pause_provider(
      claim.provider,
      coalesce((select r.reason from unnest(results) as r where r.outcome = 'misconfigured' limit 1), 'suspect_rejections'));
  elsif exists (select from unnest(results) as r where r.outcome = 'accepted') then
    update notify.providers as p set pauses = 0, paused_until = null, pause_reason = null
    where p.provider = claim.provider and p.pauses > 0;
  end if;

  return query
  with result as (
    select
      r.*,
      case when doubted and r.suspect then 'misconfigured' else r.outcome end as judged
    from unnest(results) as r
  ),
  fate as (
    select
      d.id, d.attempt, r.judged, r.reason, r.code, r.provider_message_id, d.device_id, d.address, d.channel,
      f.status, f.due_at, r.judged in ('misconfigured', 'not_begun') as free
    from result as r
    join notify.deliveries as d on d.id = r.delivery_id and d.claim_id = record_results.claim_id and d.status = 'sending'
    cross join lateral (
      select case r.judged
        when 'misconfigured' then resume
        when 'not_begun' then at
        else greatest(r.retry_at, at + notify_private.backoff(d.attempt))
      end as due_at
    ) as next
    cross join lateral (
      select
        case
          when r.judged = 'accepted' then 'sent'
          when r.judged in ('address', 'message') then 'failed'
          when r.judged = 'ambiguous' and d.channel = 'sms' then 'unknown'
          when r.judged in ('misconfigured', 'not_begun') then 'queued'
          when d.attempt >= d.max_attempts then 'failed'
          when next.due_at >= d.expires_at then 'expired'
          else 'queued'
        end as status,
        next.due_at
    ) as f
  ),
  moved as (
    update notify.deliveries as d
    set
      status = f.status,
      reason = f.reason,
      claim_id = null,
      due_at = case when f.status = 'queued' then f.due_at else d.due_at end,
      -- What was not the message's fault does not use up its attempts.
      max_attempts = d.max_attempts + f.free::integer,
      provider_message_id = coalesce(f.provider_message_id, d.provider_message_id),
      sent_at = case when f.status = 'sent' then at end,
      finished_at = case when f.status in ('failed', 'expired') then at end
    from fate as f
    where d.id = f.id
  ),
  tried as (
    insert into notify.delivery_attempts (delivery_id, attempt, worker_id, outcome, reason, code, started_at, finished_at)
    select f.id, f.attempt, claim.worker_id, case f.judged when 'not_begun' then 'transient' else f.judged end,
      f.reason, f.code, claim.claimed_at, at
    from fate as f
  ),
  gone_devices as (
    update notify.devices as v set deactivated_at = at, deactivation_reason = f.reason
    from fate as f
    where f.judged = 'address' and f.channel = 'push' and v.id = f.device_id and v.deactivated_at is null
  ),
  gone_endpoints as (
    update notify.webhook_endpoints as w set deactivated_at = at, deactivation_reason = f.reason
    from fate as f
    where f.judged = 'address' and f.channel = 'webhook' and w.id = f.device_id and w.deactivated_at is null
  ),
  suppressed as (
    insert into notify.suppressions (channel, address, reason)
    select distinct f.channel, f.address,
      case when f.reason = 'opted_out' then 'opted_out' when f.channel = 'email' then 'hard_bounce' else 'invalid_address' end
    from fate as f where f.judged = 'address' and f.channel in ('email', 'sms')
    on conflict (channel, address) do nothing
  ),
  again as (
    select notify_private.enqueue_sending(array(
      select row(claim.provider, d.lane, count(*), slot.due_at)::notify_private.sending
      from fate as f
      join notify.deliveries as d on d.id = f.id
      -- Retries of a chunk share a job per fifth of a second; later ones are the sweep's.
      cross join lateral (select date_bin('200 milliseconds', f.due_at, at) + interval '200 milliseconds' as due_at) as slot
      where f.status = 'queued' and f.due_at < at + interval '2 minutes'
      group by d.lane, slot.due_at
    ))
  )
  select f.status, count(*) from fate as f cross join again group by f.status;
  -- A receipt that came while the claim was held has been waiting for this.
  perform notify_private.settle_deliveries(array(select r.delivery_id from unnest(results) as r));
end
$$;
comment on function notify_private.record_results(uuid, notify_private.result[]) is
  'Writes back what a provider said of a claimed chunk: next status, attempt rows, retries with backoff, dead addresses, paused provider. Returns how many went to which status. A claim that is no longer the caller''s changes nothing.';
grant execute on function notify_private.record_results(uuid, notify_private.result[]) to rowbell_worker;
