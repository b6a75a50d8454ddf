create or replace view analytics.daily_deliveries with (security_barrier = true) as
  select (s.starts_at at time zone 'UTC')::date as day, s.type_key, s.channel, f.*
  from notify_private.daily_rollups as s cross join lateral notify_private.metrics_columns(row(s.*)::notify_private.hourly_rollups) as f
  where s.type_key is not null and s.channel is not null;
comment on view analytics.daily_deliveries is
  'What became of the deliveries made on a day (UTC), by type and channel; '
  'days of five years. Every column is defined in docs/analytics.md.';
do $$ begin perform notify_private.comment_columns('analytics.daily_deliveries'); end $$;
grant select on analytics.daily_deliveries to rowbell_analyst, rowbell_operator;
