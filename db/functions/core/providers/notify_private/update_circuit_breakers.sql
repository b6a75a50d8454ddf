create or replace function notify_private.update_circuit_breakers(claim notify_private.claims, results notify_private.result[])
returns notify_private.judgement[]
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  sender notify.senders;
  by_origin boolean;
  proves_access boolean;
  is_doubtful boolean;
  is_slow boolean := false;
  slow_until timestamptz;
  has_suspects constant boolean := exists (select from notify_private.suspects as s where s.sender_id = claim.sender_id);
  -- A worker that sends with other settings than the last to register proves nothing of these.
  is_current boolean;
  -- When what was accepted was handed over: what was said meanwhile, of messages sent later perhaps, it does not answer.
  proved_at timestamptz;
  at_once boolean;
  answers notify_private.answer[];
  standing notify_private.standing;
  standings notify_private.standing[] := '{}';
  judgements notify_private.judgement[] := '{}';
  -- In order, as in record_results().
  ids constant uuid[] := pg_catalog.array_sort(claim.delivery_ids);
begin
  select * into strict sender from notify.senders as s where s.id = claim.sender_id;
  by_origin := sender.provider in ('web_push', 'webhook');
  is_current := sender.credentials_changed_at is null or exists (
    select from notify.workers as w
    where w.id = claim.worker_id and w.senders_read_at >= sender.credentials_changed_at and claim.claimed_at >= w.senders_read_at
  );
  select case when is_current and bool_or(r.outcome = 'accepted') then claim.claimed_at end,
    coalesce(bool_or(notify_private.proves_access(r)), false),
    coalesce(bool_or(r.suspect or r.outcome in ('misconfigured', 'origin')), false)
  into proved_at, proves_access, is_doubtful
  from unnest(results) as r;
  if sender.provider in ('smtp', 'twilio', 'twilio_voice') then
    select n.is_slow, n.resume_at into is_slow, slow_until from notify_private.note_slow_answers(claim, results, at) as n;
  end if;
  at_once := has_suspects or coalesce(sender.credentials_changed_at > at - interval '10 seconds', false);

  if is_doubtful then
    -- Two that weigh the same evidence would each retire as many as it bears.
    perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('evidence ' || claim.sender_id, 0));
  end if;
  if by_origin or is_doubtful or has_suspects then
    answers := array(
      select a::notify_private.answer
      from (
        select
          d.id as delivery_id,
          d.recipient_id as user_id,
          coalesce(d.device_id, d.recipient_id) as device_id,
          -- Empty too where the address is gone by now.
          coalesce(notify_private.origin_of(sender.provider, coalesce(v.token, w.url)), '') as origin,
          r.outcome,
          r.reason,
          r.suspect is true as is_suspect,
          r.suspect is true or r.outcome in ('misconfigured', 'origin') as is_doubtful,
          notify_private.proves_access(r) as proves_access
        from unnest(results) as r
        cross join lateral (
          select * from notify.deliveries as x
          where x.id = r.delivery_id and x.id between ids[1] and ids[pg_catalog.cardinality(ids)] limit 1
        ) as d
        left join lateral (select x.token from notify.devices as x
          where sender.provider = 'web_push' and x.id = d.device_id limit 1) as v on true
        left join lateral (select x.url from notify.webhook_endpoints as x
          where sender.provider = 'webhook' and x.id = d.device_id limit 1) as w on true
        where d.claim_id = claim.id and d.status = 'sending'
      ) as a
    );
    if is_current and (is_doubtful or has_suspects) then
      perform notify_private.record_suspects(sender, answers, claim.claimed_at, at);
    end if;
    for standing in select * from notify_private.origin_standings(sender, answers, case when is_current then claim.claimed_at end,
      at) loop
      if standing.complaint is not null then
        proves_access := proves_access and standing.origin <> '';
        standing.resume_at := case standing.origin
          -- What waits because of it waits for the first that can carry it.
          when '' then least(
            notify_private.pause_sender(claim.sender_id, standing.complaint), notify_private.next_sender_at(sender, at))
          else notify_private.pause_origin(claim.sender_id, standing.origin, standing.complaint) end;
      elsif standing.origin <> '' and standing.proves_access then
        perform notify_private.accept_origin(claim.sender_id, standing.origin, case when standing.is_accepted then proved_at end, at_once);
      end if;
      standings := standings || standing;
    end loop;
  end if;
  if proves_access then
    perform notify_private.accept_sender(claim.sender_id, proved_at, at_once, is_slow);
  end if;
  -- No delivery's: it says that there is one more pause.
  if slow_until is not null then
    judgements := array(
      select j::notify_private.judgement from (select null::uuid as delivery_id, 'slow' as outcome, slow_until as resume_at) as j
    );
  end if;
  if not is_doubtful then
    return judgements;
  end if;

  judgements := judgements || array(
    select j::notify_private.judgement
    from (
      select
        a.delivery_id,
        case
          when a.outcome in ('misconfigured', 'origin') then a.outcome
          when n.resume_at is not null then 'suspect'
          when a.outcome = 'message' then 'message'
          when not is_current or n.is_most_in_doubt then 'suspect'
          when n.is_accepted or s.since <= n.known_at then 'address'
          else 'suspect'
        end as outcome,
        n.resume_at
      from unnest(answers) as a
      join unnest(standings) as n on n.origin = a.origin
      left join notify_private.suspects as s on s.sender_id = claim.sender_id and s.origin = a.origin and s.device_id = a.device_id
      where a.is_doubtful
    ) as j
  );
  insert into notify_private.evidence (sender_id, origin, user_id, retired_at)
  select distinct claim.sender_id, a.origin, a.user_id, at
  from unnest(judgements) as v join unnest(answers) as a on a.delivery_id = v.delivery_id
  where v.outcome = 'address'
  order by a.origin, a.user_id
  on conflict on constraint evidence_pkey do update set retired_at = excluded.retired_at;
  delete from notify_private.suspects as s
  using unnest(judgements) as v join unnest(answers) as a on a.delivery_id = v.delivery_id
  where v.outcome = 'address' and s.sender_id = claim.sender_id and s.device_id = a.device_id;
  return judgements;
end
$$;
comment on function notify_private.update_circuit_breakers(notify_private.claims, notify_private.result[]) is
  'Whom the results of a chunk concern: notes who let us in and what is in doubt, pauses the sender or an origin that it '
  'must be about, ends the pause of one that let us in, and returns what each doubtful result means (docs/decisions/0007).';
