create or replace function coaching_private.record_deliveries_on_calls(delivery_ids uuid[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  -- CP-2: the preview of the call's present time was taken by a provider.
  update coaching.calls as c set preview_sent = true, preview_sent_at = p.sent_at
  from (
    select e.subject_id as call_id, e.due_at, min(d.sent_at) as sent_at
    from notify.deliveries as d
    join notify.notifications as n on n.id = d.notification_id
    join notify.events as e on e.id = n.event_id
    where d.id = any (record_deliveries_on_calls.delivery_ids) and d.channel <> 'voice' and d.sent_at is not null
    group by e.subject_id, e.due_at
  ) as p
  where c.id = p.call_id and c.preview_due_at = p.due_at and not c.preview_sent;

  -- CP-6: what became of the call itself. It is over when a final report says so, and not when somebody picks up.
  update coaching.calls as c
  set
    status = v.status, started_at = v.started_at, answered_at = v.answered_at, ended_at = v.ended_at,
    duration_seconds = v.duration_seconds, outcome = v.outcome, outcome_reason = v.outcome_reason
  from (
    select
      -- Providers tell whole seconds: it began no later than it was picked up.
      x.id, least(coalesce(x.started_at, d.sent_at), a.answered_at) as started_at, a.answered_at, e.ended_at, o.outcome,
      case when o.outcome is null then 'in_progress' else 'completed' end as status,
      case
        when a.answered_at is not null and r.completed_at is not null then
          coalesce(r.duration_seconds, pg_catalog.round(extract(epoch from e.ended_at - a.answered_at))::integer)
      end as duration_seconds,
      -- A machine is remembered while the line is open, for whoever closes a call of which no end is reported.
      case
        when d.status = 'delivered' then case when r.is_machine then r.picked_up_by end
        when o.outcome <> 'answered' then d.reason
      end as outcome_reason
    from notify.deliveries as d
    join notify.notifications as n on n.id = d.notification_id
    join notify.events as z on z.id = n.event_id
    join coaching.calls as x on x.id = z.subject_id and x.scheduled_at = z.due_at and x.status <> 'canceled'
    cross join lateral (
      select s.*, s.picked_up_by ~ '^(machine|fax)' as is_machine
      from (
        select
          -- The latest verdict that says something; of two in the same instant, a machine.
          (pg_catalog.array_agg(
            h.code order by h.code <> 'unknown' desc, h.occurred_at desc, h.code ~ '^(machine|fax)' desc, h.code
          ) filter (where h.kind in ('answered', 'completed') and h.code is not null))[1] as picked_up_by,
          min(h.occurred_at) filter (where h.kind in ('delivered', 'answered', 'completed')) as heard_at,
          min(h.occurred_at) filter (where h.kind = 'completed') as completed_at,
          min(h.occurred_at) filter (where h.kind = 'failed') as failed_at,
          min(h.duration_seconds) as duration_seconds
        from notify.receipts as h where h.delivery_id = d.id
      ) as s
    ) as r
    -- Where the end was heard before the beginning, the duration tells when that was.
    cross join lateral (
      select case when d.status = 'delivered' then greatest(
        least(x.answered_at, r.heard_at, r.completed_at - pg_catalog.make_interval(secs => r.duration_seconds)), d.created_at
      ) end as answered_at
    ) as a
    cross join lateral (
      select case
        when d.status = 'delivered' and coalesce(r.completed_at, r.failed_at) is null and x.outcome is null then null
        when d.status = 'delivered' then case when r.is_machine then 'voicemail' else 'answered' end
        when d.status = 'failed' and d.reason in ('no_answer', 'busy') then 'no_answer'
        when d.status in ('failed', 'expired', 'suppressed') then 'failed'
      end as outcome
    ) as o
    cross join lateral (
      select case
        when o.outcome is not null then greatest(coalesce(r.completed_at, r.failed_at, x.ended_at, d.finished_at), a.answered_at)
      end as ended_at
    ) as e
    where d.id = any (record_deliveries_on_calls.delivery_ids) and d.channel = 'voice' and d.status <> 'canceled'
      -- A call that is over stays so; only how it ended may still be corrected.
      and (x.outcome is null or o.outcome is not null)
  ) as v
  where c.id = v.id
    and (c.status, c.outcome, c.outcome_reason, c.started_at, c.answered_at, c.ended_at, c.duration_seconds) is distinct from
      (v.status, v.outcome, v.outcome_reason, v.started_at, v.answered_at, v.ended_at, v.duration_seconds);
end
$$;
comment on function coaching_private.record_deliveries_on_calls(uuid[]) is
  'CP-2, CP-6: keeps on the call what became of its preview and of itself. Told by the engine; telling it twice changes nothing.';
