create or replace function notify_private.duration_metrics(known bigint, total interval, histogram bigint[]) returns notify.duration_metrics
language plpgsql immutable parallel safe
-- Definer: called by the views of analysts, who may look no name up in this schema. It reads nothing but what it is given.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  p interval[];
  metric notify.duration_metrics;
begin
  metric.known := known;
  if known > 0 then
    p := notify_private.percentiles(histogram, '{0.5,0.9,0.95,0.99}');
    metric.average_seconds := round(extract(epoch from total) / known, 3);
    metric.p50_seconds := round(extract(epoch from p[1]), 3);
    metric.p90_seconds := round(extract(epoch from p[2]), 3);
    metric.p95_seconds := round(extract(epoch from p[3]), 3);
    metric.p99_seconds := round(extract(epoch from p[4]), 3);
  end if;
  return metric;
end
$$;
comment on function notify_private.duration_metrics(bigint, interval, bigint[]) is
  'Average and percentiles of a sum of times and their histogram.';
grant execute on function notify_private.duration_metrics(bigint, interval, bigint[]) to rowbell_analyst, rowbell_operator;
