create or replace view analytics.daily_pushes with (security_barrier = true) as
  select * from notify.push_metrics((now() at time zone 'UTC')::date - 92, (now() at time zone 'UTC')::date);
comment on view analytics.daily_pushes is
  'Pushes sent by day (UTC) and type, and the share followed by opening the app within 24 hours; 93 days.';
grant select on analytics.daily_pushes to rowbell_analyst, rowbell_operator;
