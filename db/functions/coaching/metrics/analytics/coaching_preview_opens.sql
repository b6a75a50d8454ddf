create or replace view analytics.coaching_preview_opens with (security_barrier = true) as
  select
    (d.created_at at time zone 'UTC')::date as day,
    count(*) as delivered,
    count(*) filter (where o.delivery_id is not null) as opened,
    round(count(*) filter (where o.delivery_id is not null) / count(*)::numeric, 4) as open_rate
  from notify.deliveries as d
  join notify.notifications as n on n.id = d.notification_id and n.type_key = 'coaching_preview'
  left join lateral (
    select r.delivery_id from notify.receipts as r
    where r.delivery_id = d.id and r.kind in ('opened', 'clicked') limit 1
  ) as o on true
  where d.status = 'delivered'
  group by 1;
comment on view analytics.coaching_preview_opens is
  'Preview open rate by day (UTC): opened of all previews reported delivered, '
  'on either channel; an SMS cannot be seen to be opened. Target at least 60 %.';
comment on column analytics.coaching_preview_opens.day is 'The day (UTC) in which the deliveries were made.';
comment on column analytics.coaching_preview_opens.delivered is 'Previews that were reported delivered, SMS included.';
comment on column analytics.coaching_preview_opens.opened is 'Of these, those that were opened or clicked.';
comment on column analytics.coaching_preview_opens.open_rate is 'opened of delivered.';
grant select on analytics.coaching_preview_opens to rowbell_analyst, rowbell_operator;
