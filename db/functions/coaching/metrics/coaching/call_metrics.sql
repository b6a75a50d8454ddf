create or replace view coaching.call_metrics with (security_barrier = true) as
  select m.day, m.metric, m.part, m.whole, m.rate, m.target
  from (
    select day, 'call_answer_rate' as metric, answered as part, calls as whole, answer_rate as rate, '>= 0.70' as target
      from analytics.coaching_call_answers
    union all
    select day, 'preview_open_rate', opened, delivered, open_rate, '>= 0.60' from analytics.coaching_preview_opens
    union all
    select day, 'push_delivery_rate', delivered, sent, delivery_rate, '>= 0.95' from analytics.coaching_push_deliveries
    union all
    select day, 'sms_fallback_rate', fallback_sms, previews, fallback_rate, '<= 0.15' from analytics.coaching_sms_fallbacks
  ) as m;
comment on view coaching.call_metrics is $$
@paged
@values metric CallMetricName: call_answer_rate preview_open_rate push_delivery_rate sms_fallback_rate
@nullable rate
@primaryKey day,metric
For operators: the four metrics by day (UTC), with the target each has. SMS and their cost are notify.sms_costs().
$$;
grant select on coaching.call_metrics to rowbell_operator;
