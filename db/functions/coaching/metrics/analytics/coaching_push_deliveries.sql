create or replace view analytics.coaching_push_deliveries with (security_barrier = true) as
  select d.day, d.sent, d.delivered, d.delivery_rate::numeric
  from analytics.daily_deliveries as d where d.type_key = 'coaching_preview' and d.channel = 'push' and d.sent > 0;
comment on view analytics.coaching_push_deliveries is
  'Push delivery rate of previews by day (UTC), from analytics.daily_deliveries: '
  'reported delivered of all that a provider took. Target at least 95 %.';
comment on column analytics.coaching_push_deliveries.day is 'The day (UTC) in which the pushes were made.';
comment on column analytics.coaching_push_deliveries.sent is 'Pushes that a provider took.';
comment on column analytics.coaching_push_deliveries.delivered is 'Of these, those reported delivered.';
comment on column analytics.coaching_push_deliveries.delivery_rate is 'delivered of sent.';
grant select on analytics.coaching_push_deliveries to rowbell_analyst, rowbell_operator;
