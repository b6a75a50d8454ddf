create or replace function notify_private.time_figure(known bigint, total interval, histogram bigint[]) returns notify.time_figure
language plpgsql immutable parallel safe
-- Definer: called by the views of analysts, who may look no name up in this schema. It reads nothing but what it is given.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  p interval[];
  figure notify.time_figure;
begin
  figure.known := known;
  if known > 0 then
    p := notify_private.percentiles(histogram, '{0.5,0.9,0.95,0.99}');
    figure.average_seconds := round(extract(epoch from total) / known, 3);
    figure.p50_seconds := round(extract(epoch from p[1]), 3);
    figure.p90_seconds := round(extract(epoch from p[2]), 3);
    figure.p95_seconds := round(extract(epoch from p[3]), 3);
    figure.p99_seconds := round(extract(epoch from p[4]), 3);
  end if;
  return figure;
end
$$;
comment on function notify_private.time_figure(bigint, interval, bigint[]) is
  'Average and percentiles of a sum of times and their histogram.';
grant execute on function notify_private.time_figure(bigint, interval, bigint[]) to rowbell_analyst, rowbell_operator;
