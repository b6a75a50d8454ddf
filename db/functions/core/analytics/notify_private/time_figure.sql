create or replace function notify_private.time_figure(known bigint, total interval, histogram bigint[]) returns notify.time_figure
language plpgsql immutable parallel safe
-- Definer: called by the views of analysts, who may look no name up in this schema. It reads nothing but what it is given.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  p interval[];
begin
  if known = 0 then
    return row(0, null, null, null, null, null)::notify.time_figure;
  end if;
  p := notify_private.percentiles(histogram, '{0.5,0.9,0.95,0.99}');
  return row(
    known, round(extract(epoch from total) / known, 3),
    round(extract(epoch from p[1]), 3), round(extract(epoch from p[2]), 3), round(extract(epoch from p[3]), 3),
    round(extract(epoch from p[4]), 3)
  )::notify.time_figure;
end
$$;
comment on function notify_private.time_figure(bigint, interval, bigint[]) is
  'Average and percentiles of a sum of times and their histogram.';
grant execute on function notify_private.time_figure(bigint, interval, bigint[]) to rowbell_analyst, rowbell_operator;
