create or replace function notify_private.histogram_bucket(span interval) returns bigint
language sql immutable parallel safe
-- Without settings, not strict and naming its argument once, so that it is inlined.
as $$
  select pg_catalog.floor(8 * pg_catalog.ln(1 + 1000 * pg_catalog.abs(pg_catalog.date_part('epoch', span)))
    / pg_catalog.ln(2::double precision))::bigint
$$;
comment on function notify_private.histogram_bucket(interval) is
  'The bucket of a histogram that a time falls in: of its milliseconds plus one, eight to each doubling '
  '(docs/decisions/0006, 9). The first, below 0.1 ms, stands for 0.';
