create or replace function notify_private.refresh_hourly_rollup(starts_at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_column
begin
  delete from notify_private.hourly_rollups as s where s.starts_at = refresh_hourly_rollup.starts_at;
  delete from notify_private.hourly_reason_rollups as o where o.starts_at = refresh_hourly_rollup.starts_at;
  delete from notify_private.hourly_breakdowns as b where b.starts_at = refresh_hourly_rollup.starts_at;

  with rows as materialized (select * from notify_private.rollup_rows(refresh_hourly_rollup.starts_at)),
  cells as (select * from rows as r where not r.is_breakdown),
  breakdowns as (
    insert into notify_private.hourly_breakdowns (
      starts_at, dimension, value, type_key, channel, deliveries, sent, delivered, failed, hard_bounced, soft_bounced, complained,
      tracked, read, clicked, leavable, unsubscribed
    )
    select
      refresh_hourly_rollup.starts_at, d.dimension, d.value, r.type_key, r.channel,
      pg_catalog.sum(r.candidates),
      coalesce(pg_catalog.sum(r.candidates) filter (where r.is_sent), 0),
      coalesce(pg_catalog.sum(r.candidates) filter (where r.is_delivered), 0),
      coalesce(pg_catalog.sum(r.candidates) filter (where r.is_failed), 0),
      coalesce(pg_catalog.sum(r.candidates) filter (where r.bounce_type = 'hard'), 0),
      coalesce(pg_catalog.sum(r.candidates) filter (where r.bounce_type = 'soft'), 0),
      coalesce(pg_catalog.sum(r.candidates) filter (where r.is_complained), 0),
      coalesce(pg_catalog.sum(r.candidates) filter (where r.is_tracked), 0),
      coalesce(pg_catalog.sum(r.candidates) filter (where r.is_read), 0),
      coalesce(pg_catalog.sum(r.candidates) filter (where r.is_clicked), 0),
      coalesce(pg_catalog.sum(r.candidates) filter (where r.is_leavable), 0),
      coalesce(pg_catalog.sum(r.candidates) filter (where r.is_unsubscribed), 0)
    from rows as r
    cross join lateral (values ('provider', r.provider), ('locale', r.locale), ('region', r.region)) as d (dimension, value)
    where r.is_breakdown
    group by d.dimension, d.value, r.type_key, r.channel
  ),
  outcomes as (
    insert into notify_private.hourly_reason_rollups (starts_at, type_key, channel, status, reason, candidates)
    select refresh_hourly_rollup.starts_at, c.type_key, c.channel, c.status, c.reason, pg_catalog.sum(c.candidates)
    from cells as c group by c.type_key, c.channel, c.status, c.reason
  ),
  counts as (
    select
      c.type_key, c.channel,
      pg_catalog.sum(c.candidates) filter (where c.status <> 'held_back') as deliveries,
      pg_catalog.sum(c.candidates) filter (where c.is_sent) as sent,
      pg_catalog.sum(c.candidates) filter (where c.is_delivered) as delivered,
      pg_catalog.sum(c.candidates) filter (where c.is_tracked) as tracked,
      pg_catalog.sum(c.candidates) filter (where c.is_read) as read,
      pg_catalog.sum(c.candidates) filter (where c.is_clicked) as clicked,
      pg_catalog.sum(c.candidates) filter (where c.is_leavable) as leavable,
      pg_catalog.sum(c.candidates) filter (where c.is_unsubscribed) as unsubscribed,
      pg_catalog.sum(c.candidates) filter (where c.is_failed) as failed,
      pg_catalog.sum(c.candidates) filter (where c.status = 'expired') as expired,
      pg_catalog.sum(c.candidates) filter (where c.status = 'canceled') as canceled,
      pg_catalog.sum(c.candidates) filter (where c.status = 'suppressed') as suppressed,
      pg_catalog.sum(c.candidates) filter (where c.status = 'unknown') as unknown,
      pg_catalog.sum(c.candidates) filter (where c.status in ('queued', 'sending')) as waiting,
      pg_catalog.sum(c.candidates) filter (where c.status = 'held_back') as held_back,
      pg_catalog.sum(c.candidates) filter (where c.retries > 0) as retried,
      pg_catalog.sum(c.candidates * c.retries) as retries,
      pg_catalog.sum(c.candidates) filter (where c.is_recovered) as recovered,
      pg_catalog.sum(c.candidates) filter (where not c.is_recovered) as given_up,
      pg_catalog.sum(c.candidates) filter (where c.delivery_bucket is not null) as delivery_times,
      pg_catalog.sum(c.delivery_time) as delivery_time,
      pg_catalog.sum(c.candidates) filter (where c.read_bucket is not null) as read_times, pg_catalog.sum(c.read_time) as read_time,
      pg_catalog.sum(c.candidates) filter (where c.click_bucket is not null) as click_times, pg_catalog.sum(c.click_time) as click_time,
      pg_catalog.sum(c.candidates) filter (where c.is_app_opened is not null) as pushes,
      pg_catalog.sum(c.candidates) filter (where c.is_app_opened) as app_opens
    from cells as c
    group by grouping sets ((c.type_key, c.channel), (c.type_key), (c.channel), ())
  ),
  buckets as (
    select c.type_key, c.channel, b.measure, (b.bucket << 40) + pg_catalog.sum(c.candidates)::bigint as element
    from cells as c
    cross join lateral (values ('delivery', c.delivery_bucket), ('read', c.read_bucket), ('click', c.click_bucket)) as b (measure, bucket)
    where b.bucket is not null
    group by grouping sets (
      (c.type_key, c.channel, b.measure, b.bucket), (c.type_key, b.measure, b.bucket), (c.channel, b.measure, b.bucket),
      (b.measure, b.bucket)
    )
  ),
  histograms as (
    select
      b.type_key, b.channel,
      pg_catalog.array_agg(b.element order by b.element) filter (where b.measure = 'delivery') as delivery_histogram,
      pg_catalog.array_agg(b.element order by b.element) filter (where b.measure = 'read') as read_histogram,
      pg_catalog.array_agg(b.element order by b.element) filter (where b.measure = 'click') as click_histogram
    from buckets as b group by b.type_key, b.channel
  )
  insert into notify_private.hourly_rollups (
    starts_at, type_key, channel, deliveries, sent, delivered, tracked, read, clicked, leavable, unsubscribed, failed, expired, canceled,
    suppressed, unknown,
    waiting, held_back, retried, retries, recovered, given_up, delivery_times, delivery_time, delivery_histogram, read_times, read_time,
    read_histogram, click_times, click_time, click_histogram, pushes, app_opens
  )
  select
    refresh_hourly_rollup.starts_at, c.type_key, c.channel, coalesce(c.deliveries, 0), coalesce(c.sent, 0), coalesce(c.delivered, 0),
    coalesce(c.tracked, 0),
    coalesce(c.read, 0), coalesce(c.clicked, 0), coalesce(c.leavable, 0), coalesce(c.unsubscribed, 0), coalesce(c.failed, 0),
    coalesce(c.expired, 0), coalesce(c.canceled, 0), coalesce(c.suppressed, 0), coalesce(c.unknown, 0), coalesce(c.waiting, 0),
    coalesce(c.held_back, 0), coalesce(c.retried, 0),
    coalesce(c.retries, 0), coalesce(c.recovered, 0), coalesce(c.given_up, 0),
    coalesce(c.delivery_times, 0), coalesce(c.delivery_time, '0'), coalesce(h.delivery_histogram, '{}'),
    coalesce(c.read_times, 0), coalesce(c.read_time, '0'), coalesce(h.read_histogram, '{}'),
    coalesce(c.click_times, 0), coalesce(c.click_time, '0'), coalesce(h.click_histogram, '{}'),
    coalesce(c.pushes, 0), coalesce(c.app_opens, 0)
  from counts as c
  -- No type and no channel has an empty name: null to null, by hash.
  left join histograms as h on coalesce(h.type_key, '') = coalesce(c.type_key, '') and coalesce(h.channel, '') = coalesce(c.channel, '')
  -- Of nothing there is no row, not even the one for all together.
  where exists (select from cells);
end
$$;
comment on function notify_private.refresh_hourly_rollup(timestamptz) is
  'Counts an hour anew, from the rows there are. Part of refresh_period(), which sees to it that nobody else does.';
