create or replace view analytics.hourly_deliveries with (security_barrier = true) as
  select s.starts_at, s.type_key, s.channel, f.*
  from notify_private.hourly_rollups as s cross join lateral notify_private.metrics_columns(s) as f
  where s.type_key is not null and s.channel is not null;
comment on view analytics.hourly_deliveries is
  'What became of the deliveries made in an hour (UTC), by type and channel; '
  'hours of 13 months. Every column is defined in docs/analytics.md.';
do $$ begin perform notify_private.comment_columns('analytics.hourly_deliveries'); end $$;
grant select on analytics.hourly_deliveries to rowbell_analyst, rowbell_operator;
