create or replace function notify_private.time_figure(known bigint, total interval, histogram bigint[]) returns notify.time_figure
language sql immutable parallel safe
-- Parsed here and now: analysts, whose views call it, may not look names up in this schema.
begin atomic
  select
    time_figure.known, round((extract(epoch from total) / nullif(time_figure.known, 0))::numeric, 3)::double precision,
    s.of[1], s.of[2], s.of[3], s.of[4]
  from (
    select array(
      select round(extract(epoch from p), 3)::double precision
      from unnest(notify_private.percentiles(histogram, '{0.5,0.9,0.95,0.99}')) with ordinality as u (p, place) order by place
    ) as of
  ) as s;
end;
comment on function notify_private.time_figure(bigint, interval, bigint[]) is 'Average and percentiles of a sum of times and their histogram.';
grant execute on function notify_private.time_figure(bigint, interval, bigint[]) to rowbell_analyst, rowbell_operator;
