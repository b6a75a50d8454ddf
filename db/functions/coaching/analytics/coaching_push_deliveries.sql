create or replace view analytics.coaching_push_deliveries with (security_barrier = true) as
  select
    (d.created_at at time zone 'UTC')::date as day,
    count(*) as sent,
    count(*) filter (where d.status = 'delivered') as delivered,
    round(count(*) filter (where d.status = 'delivered') / count(*)::numeric, 4) as delivery_rate
  from notify.deliveries as d
  join notify.notifications as n on n.id = d.notification_id and n.type_key = 'coaching_preview'
  where d.channel = 'push' and d.sent_at is not null
  group by 1;
comment on view analytics.coaching_push_deliveries is
  'Push delivery rate of previews by day (UTC): reported delivered of all that a provider took. Target at least 95 %.';
grant select on analytics.coaching_push_deliveries to rowbell_analyst, rowbell_operator;
