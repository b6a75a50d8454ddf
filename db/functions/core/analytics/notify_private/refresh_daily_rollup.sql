create or replace function notify_private.refresh_daily_rollup(starts_at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  ends_at constant timestamptz := refresh_daily_rollup.starts_at + interval '24 hours';
begin
  delete from notify_private.daily_rollups as s where s.starts_at = refresh_daily_rollup.starts_at;
  delete from notify_private.daily_reason_rollups as o where o.starts_at = refresh_daily_rollup.starts_at;
  delete from notify_private.daily_breakdowns as b where b.starts_at = refresh_daily_rollup.starts_at;
  insert into notify_private.daily_rollups (
    starts_at, type_key, channel, deliveries, sent, delivered, tracked, read, clicked, leavable, unsubscribed, failed, expired, canceled,
    suppressed, unknown,
    waiting, held_back, retried, retries, recovered, given_up, delivery_times, delivery_time, delivery_histogram, read_times, read_time,
    read_histogram, click_times, click_time, click_histogram, pushes, app_opens
  )
  select
    refresh_daily_rollup.starts_at, h.type_key, h.channel, pg_catalog.sum(h.deliveries), pg_catalog.sum(h.sent),
      pg_catalog.sum(h.delivered),
    pg_catalog.sum(h.tracked), pg_catalog.sum(h.read), pg_catalog.sum(h.clicked), pg_catalog.sum(h.leavable),
    pg_catalog.sum(h.unsubscribed),
    pg_catalog.sum(h.failed), pg_catalog.sum(h.expired), pg_catalog.sum(h.canceled), pg_catalog.sum(h.suppressed),
    pg_catalog.sum(h.unknown), pg_catalog.sum(h.waiting),
    pg_catalog.sum(h.held_back), pg_catalog.sum(h.retried), pg_catalog.sum(h.retries), pg_catalog.sum(h.recovered),
    pg_catalog.sum(h.given_up),
    pg_catalog.sum(h.delivery_times), pg_catalog.sum(h.delivery_time), notify_private.merge_histograms(h.delivery_histogram),
    pg_catalog.sum(h.read_times), pg_catalog.sum(h.read_time), notify_private.merge_histograms(h.read_histogram),
    pg_catalog.sum(h.click_times), pg_catalog.sum(h.click_time), notify_private.merge_histograms(h.click_histogram),
    pg_catalog.sum(h.pushes), pg_catalog.sum(h.app_opens)
  from notify_private.hourly_rollups as h
  where h.starts_at >= refresh_daily_rollup.starts_at and h.starts_at < ends_at
  group by h.type_key, h.channel;
  insert into notify_private.daily_reason_rollups (starts_at, type_key, channel, status, reason, candidates)
  select refresh_daily_rollup.starts_at, h.type_key, h.channel, h.status, h.reason, pg_catalog.sum(h.candidates)
  from notify_private.hourly_reason_rollups as h
  where h.starts_at >= refresh_daily_rollup.starts_at and h.starts_at < ends_at
  group by h.type_key, h.channel, h.status, h.reason;
  insert into notify_private.daily_breakdowns (
    starts_at, dimension, value, type_key, channel, deliveries, sent, delivered, failed, hard_bounced, soft_bounced, complained,
    tracked, read, clicked, leavable, unsubscribed
  )
  select
    refresh_daily_rollup.starts_at, h.dimension, h.value, h.type_key, h.channel, pg_catalog.sum(h.deliveries), pg_catalog.sum(h.sent),
    pg_catalog.sum(h.delivered), pg_catalog.sum(h.failed), pg_catalog.sum(h.hard_bounced), pg_catalog.sum(h.soft_bounced),
    pg_catalog.sum(h.complained), pg_catalog.sum(h.tracked), pg_catalog.sum(h.read), pg_catalog.sum(h.clicked),
    pg_catalog.sum(h.leavable), pg_catalog.sum(h.unsubscribed)
  from notify_private.hourly_breakdowns as h
  where h.starts_at >= refresh_daily_rollup.starts_at and h.starts_at < ends_at
  group by h.dimension, h.value, h.type_key, h.channel;
end
$$;
comment on function notify_private.refresh_daily_rollup(timestamptz) is
  'Adds a day (UTC) up anew, from its hours. Part of refresh_period(), which sees to it that nobody else does.';
