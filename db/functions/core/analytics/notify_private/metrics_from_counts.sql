-- Every rate is said here and nowhere else: of the rollups for operators and analysts, and of what one person has.
create or replace function notify_private.metrics_from_counts(counted notify_private.hourly_rollups, ends_at timestamptz,
  computed_at timestamptz)
returns setof notify.delivery_metrics
language sql stable parallel safe
-- Without settings, so that it is inlined: a view computes what it is asked for and no more. Parsed here and now, since analysts, for whom
-- it is inlined, may not look names up in this schema.
begin atomic
  select
    counted.starts_at, metrics_from_counts.ends_at, counted.type_key, counted.channel,
    counted.held_back, counted.deliveries, counted.waiting, counted.sent, counted.delivered, counted.failed, counted.expired,
    counted.canceled,
    counted.suppressed, counted.unknown, counted.tracked, counted.read, counted.clicked, counted.leavable, counted.unsubscribed,
    counted.retried, counted.retries, counted.recovered, counted.given_up, counted.pushes, counted.app_opens,
    notify_private.ratio(counted.delivered, counted.sent),
    -- Of what was sent or failed, and no status but these is left.
    notify_private.ratio(counted.failed,
      counted.deliveries - counted.waiting - counted.expired - counted.canceled - counted.suppressed - counted.unknown),
    notify_private.ratio(counted.read, counted.tracked),
    notify_private.ratio(counted.clicked, counted.tracked),
    notify_private.ratio(counted.unsubscribed, counted.leavable),
    notify_private.ratio(counted.recovered, counted.recovered + counted.given_up),
    notify_private.ratio(counted.app_opens, counted.pushes),
    t.to_deliver, t.to_read, t.to_click,
    metrics_from_counts.computed_at
  -- "offset 0": once, although its fields are asked for one by one.
  from (
    select
      notify_private.duration_metrics(counted.delivery_times, counted.delivery_time, counted.delivery_histogram) as to_deliver,
      notify_private.duration_metrics(counted.read_times, counted.read_time, counted.read_histogram) as to_read,
      notify_private.duration_metrics(counted.click_times, counted.click_time, counted.click_histogram) as to_click
    offset 0
  ) as t;
end;
comment on function notify_private.metrics_from_counts(notify_private.hourly_rollups, timestamptz, timestamptz) is
  'The metrics that follow from counts: rates, averages and percentiles.';
grant execute on function notify_private.metrics_from_counts(notify_private.hourly_rollups, timestamptz, timestamptz)
  to rowbell_analyst, rowbell_operator;
