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

  -- CP-6: what became of the call itself.
  update coaching.calls as c
  set
    status = case when v.outcome is null then 'in_progress' else 'completed' end,
    started_at = coalesce(c.started_at, v.sent_at),
    answered_at = coalesce(c.answered_at, v.delivered_at),
    ended_at = case when v.outcome is not null then coalesce(c.ended_at, v.ended_at) end,
    outcome = v.outcome,
    outcome_reason = case when v.outcome <> 'answered' then v.reason end
  from (
    select
      e.subject_id as call_id, e.due_at, d.sent_at, d.delivered_at, coalesce(r.ended_at, d.finished_at) as ended_at,
      case
        when d.status = 'delivered' and r.picked_up_by ~ '^(machine|fax)' then 'voicemail'
        when d.status = 'delivered' and (r.picked_up_by is not null or r.ended_at is not null) then 'answered'
        when d.status = 'failed' and d.reason in ('no_answer', 'busy') then 'no_answer'
        when d.status in ('failed', 'expired', 'suppressed') then 'failed'
      end as outcome,
      coalesce(d.reason, r.picked_up_by) as reason
    from notify.deliveries as d
    join notify.notifications as n on n.id = d.notification_id
    join notify.events as e on e.id = n.event_id
    cross join lateral (
      select
        min(x.code) filter (where x.kind in ('answered', 'completed')) as picked_up_by,
        min(x.occurred_at) filter (where x.kind = 'completed') as ended_at
      from notify.receipts as x where x.delivery_id = d.id
    ) as r
    where d.id = any (record_deliveries_on_calls.delivery_ids) and d.channel = 'voice' and d.status <> 'canceled'
  ) as v
  where c.id = v.call_id and c.scheduled_at = v.due_at and c.status <> 'canceled'
    -- A call that is over stays so; only who picked up may still be heard.
    and (c.outcome is null or v.outcome is not null)
    and (c.status, c.outcome, c.answered_at, c.ended_at) is distinct from
      (case when v.outcome is null then 'in_progress' else 'completed' end, v.outcome, coalesce(c.answered_at, v.delivered_at),
       case when v.outcome is not null then coalesce(c.ended_at, v.ended_at) end);
end
$$;
comment on function coaching_private.record_deliveries_on_calls(uuid[]) is
  'CP-2, CP-6: keeps on the call what became of its preview and of itself. Told by the engine; telling it twice changes nothing.';
