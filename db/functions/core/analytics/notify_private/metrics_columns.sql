create or replace function notify_private.metrics_columns(counted notify_private.hourly_rollups) returns table (
  held_back bigint, deliveries bigint, waiting bigint, sent bigint, delivered bigint, failed bigint, expired bigint, canceled bigint,
  suppressed bigint, unknown bigint, tracked bigint, read bigint, clicked bigint, leavable bigint, unsubscribed bigint,
  retried bigint, retries bigint, recovered bigint, given_up bigint, pushes bigint, app_opens bigint,
  delivery_rate double precision, failure_rate double precision, read_rate double precision, click_rate double precision,
  unsubscribe_rate double precision, retry_success_rate double precision,
  app_open_rate double precision,
  deliver_known bigint, deliver_average_seconds double precision, deliver_p50_seconds double precision,
  deliver_p90_seconds double precision,
  deliver_p95_seconds double precision, deliver_p99_seconds double precision,
  read_known bigint, read_average_seconds double precision, read_p50_seconds double precision, read_p90_seconds double precision,
  read_p95_seconds double precision, read_p99_seconds double precision,
  click_known bigint, click_average_seconds double precision, click_p50_seconds double precision, click_p90_seconds double precision,
  click_p95_seconds double precision, click_p99_seconds double precision
)
language sql stable parallel safe
-- Without settings and parsed here and now, as metrics_from_counts() is.
begin atomic
  select
    f.held_back, f.deliveries, f.waiting, f.sent, f.delivered, f.failed, f.expired, f.canceled, f.suppressed, f.unknown, f.tracked, f.read,
    f.clicked,
    f.leavable, f.unsubscribed, f.retried, f.retries, f.recovered, f.given_up, f.pushes, f.app_opens,
    f.delivery_rate, f.failure_rate, f.read_rate, f.click_rate, f.unsubscribe_rate, f.retry_success_rate, f.app_open_rate,
    (f.time_to_deliver).known, (f.time_to_deliver).average_seconds, (f.time_to_deliver).p50_seconds, (f.time_to_deliver).p90_seconds,
    (f.time_to_deliver).p95_seconds, (f.time_to_deliver).p99_seconds,
    (f.time_to_read).known, (f.time_to_read).average_seconds, (f.time_to_read).p50_seconds, (f.time_to_read).p90_seconds,
    (f.time_to_read).p95_seconds, (f.time_to_read).p99_seconds,
    (f.time_to_click).known, (f.time_to_click).average_seconds, (f.time_to_click).p50_seconds, (f.time_to_click).p90_seconds,
    (f.time_to_click).p95_seconds, (f.time_to_click).p99_seconds
  from notify_private.metrics_from_counts(counted, null, null) as f;
end;
comment on function notify_private.metrics_columns(notify_private.hourly_rollups) is 'metrics_from_counts() as the columns of a view.';
grant execute on function notify_private.metrics_columns(notify_private.hourly_rollups) to rowbell_analyst, rowbell_operator;
