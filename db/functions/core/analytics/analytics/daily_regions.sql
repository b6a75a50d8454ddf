create or replace view analytics.daily_regions with (security_barrier = true) as
  select (b.starts_at at time zone 'UTC')::date as day, b.type_key, b.channel, b.value as region, f.*
  from notify_private.daily_breakdowns as b
  cross join lateral notify_private.breakdown_columns(row(b.*)::notify_private.hourly_breakdowns) as f
  where b.dimension = 'region';
comment on view analytics.daily_regions is
  'What became of the deliveries made on a day (UTC), by type, channel and the region of their recipients; days of five years.';
do $$ begin perform notify_private.comment_columns('analytics.daily_regions'); end $$;
comment on column analytics.daily_regions.region is
  'ISO 3166 country (FR) or subdivision (US-CA) of the recipient, as it was when the day was counted; null: not known.';
grant select on analytics.daily_regions to rowbell_analyst, rowbell_operator;
