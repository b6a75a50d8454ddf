create or replace view analytics.freshness with (security_barrier = true) as
  select
    least(min(m.announced_at), now()) as computed_at,
    (select min(h.starts_at) from notify_private.hourly_rollups as h) as hours_since,
    (select (min(d.starts_at) at time zone 'UTC')::date from notify_private.daily_rollups as d) as days_since
  from notify_private.dirty_periods as m;
comment on view analytics.freshness is 'Up to when all that happened is counted, and since when there are hours and days.';
comment on column analytics.freshness.computed_at is 'Everything that happened before this instant is counted.';
comment on column analytics.freshness.hours_since is 'The first hour of analytics.hourly_deliveries; null: there is none yet.';
comment on column analytics.freshness.days_since is 'The first day of the daily views; null: there is none yet.';
grant select on analytics.freshness to rowbell_analyst, rowbell_operator;
