create or replace view analytics.daily_caps with (security_barrier = true) as
  select * from notify.cap_metrics((now() at time zone 'UTC')::date - 92, (now() at time zone 'UTC')::date);
comment on view analytics.daily_caps is 'How many people hit the daily cap, by day (UTC); 93 days.';
grant select on analytics.daily_caps to rowbell_analyst, rowbell_operator;
