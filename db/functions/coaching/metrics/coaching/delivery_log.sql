-- Not security_invoker: it is operators' alone, and what people see of it call_history() says.
create or replace view coaching.delivery_log with (security_barrier = true) as
  select
    d.id, n.recipient_id as user_id, e.subject_id as call_id,
    case
      when d.channel = 'voice' then 'call'
      when d.channel = 'push' then 'preview_push'
      when exists (
        select from notify.deliveries as p where p.notification_id = d.notification_id and p.channel = 'push'
      ) then 'fallback_sms'
      else 'preview_sms'
    end as type,
    d.channel,
    case
      when o.opened_at is not null then 'opened'
      when d.status in ('queued', 'sending') then 'queued'
      when d.status in ('sent', 'delivered') then d.status
      else 'failed'
    end as status,
    coalesce(d.rendered_text ->> 'title', n.channel_texts -> d.channel ->> 'title', n.title) as title,
    coalesce(d.rendered_text ->> 'body', n.channel_texts -> d.channel ->> 'body', n.body) as body,
    d.provider, d.provider_message_id,
    case when d.status not in ('queued', 'sending', 'sent', 'delivered') then d.reason end as error,
    d.created_at as queued_at, d.sent_at, d.delivered_at, o.opened_at,
    case when d.status in ('failed', 'suppressed', 'expired', 'canceled') then d.finished_at end as failed_at
  -- By way of the decisions, which are found by event and by person; each of the four may be where a query begins.
  from notify.events as e
  join notify.decisions as c on c.event_id = e.id
  join notify.notifications as n on n.id = c.notification_id and n.event_id = e.id and n.recipient_id = c.recipient_id
  join notify.deliveries as d on d.notification_id = n.id and d.channel = c.channel
  left join lateral (
    select min(r.occurred_at) as opened_at from notify.receipts as r
    where r.delivery_id = d.id and r.kind in ('opened', 'clicked')
  ) as o on true
  where e.type_key in ('coaching_preview', 'coaching_call');
comment on view coaching.delivery_log is $$
@values status DeliveryLogStatus: queued sent delivered opened failed
@values type DeliveryLogType: call preview_push fallback_sms preview_sms
@nullable call_id provider_message_id error sent_at delivered_at opened_at failed_at
@primaryKey id
@foreignKey (call_id) references coaching.calls (id)|@fieldName call|@foreignFieldName deliveryLog
CP-43: one line a delivery of this product, with the time of each step. type: preview_push, preview_sms,
fallback_sms (a text that followed a push) or call. status: queued, sent, delivered, opened or failed; error says why.
$$;
grant select on coaching.delivery_log to rowbell_operator;
