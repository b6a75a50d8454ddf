create or replace function notify_private.compact_histogram(histogram bigint[]) returns bigint[]
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
  select coalesce(pg_catalog.array_agg((b.bucket << 40) + b.times order by b.bucket), '{}')
  from (
    select e >> 40 as bucket, pg_catalog.sum(e & ((1::bigint << 40) - 1))::bigint as times from unnest(histogram) as e group by 1
  ) as b
$$;
comment on function notify_private.compact_histogram(bigint[]) is 'Histograms one after another, as one with each bucket once.';
