create or replace view analytics.sms_costs with (security_barrier = true) as
  select
    (d.created_at at time zone 'UTC')::date as day, n.type_key, d.sms_country as country,
    count(*) as messages, sum(d.sms_segments) as segments, p.currency, sum(d.sms_segments * p.price) as estimated_cost
  from notify.deliveries as d
  join notify.notifications as n on n.id = d.notification_id
  left join lateral (
    select x.price, x.currency from notify.sms_prices as x
    where x.country = d.sms_country and x.valid_from <= d.created_at order by x.valid_from desc limit 1
  ) as p on true
  -- What a provider took, or may have taken, is paid for.
  where d.sms_segments is not null and (d.sent_at is not null or d.status = 'unknown')
  group by 1, 2, 3, p.currency;
comment on view analytics.sms_costs is $$
@nullable country currency estimated_cost
SMS that went out by day (UTC), type and country: messages, segments, and what they cost by notify.sms_prices at the
time; currency and cost are null where no price is known.
$$;
comment on column analytics.sms_costs.day is 'The day (UTC) in which the SMS were made.';
comment on column analytics.sms_costs.type_key is 'Notification type, a row of analytics.notification_types.';
comment on column analytics.sms_costs.country is 'ISO 3166 country of the number; null: not known.';
comment on column analytics.sms_costs.messages is 'SMS that a provider took, or may have taken.';
comment on column analytics.sms_costs.segments is 'Their segments, which are what is paid for.';
comment on column analytics.sms_costs.currency is 'Currency of the price; null: no price is known.';
comment on column analytics.sms_costs.estimated_cost is
  'Segments times the price of their time in notify.sms_prices; null: no price is known.';
grant select on analytics.sms_costs to rowbell_analyst, rowbell_operator;
