create or replace view analytics.daily_totals with (security_barrier = true) as
  select (s.starts_at at time zone 'UTC')::date as day, f.*
  from notify_private.daily_rollups as s cross join lateral notify_private.metrics_columns(row(s.*)::notify_private.hourly_rollups) as f
  where s.type_key is null and s.channel is null;
comment on view analytics.daily_totals is
  'analytics.daily_deliveries of all types and channels together: averages and percentiles cannot be added up from theirs.';
do $$ begin perform notify_private.comment_columns('analytics.daily_totals'); end $$;
grant select on analytics.daily_totals to rowbell_analyst, rowbell_operator;
