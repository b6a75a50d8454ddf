create or replace function notify_private.percentiles(histogram bigint[], shares double precision[]) returns interval[]
language sql immutable strict parallel safe set search_path = ''
as $$
  with running as (
    select
      e >> 40 as bucket,
      pg_catalog.sum(e & ((1::bigint << 40) - 1)) over (order by e rows unbounded preceding) as up_to,
      pg_catalog.sum(e & ((1::bigint << 40) - 1)) over () as total
    from unnest(histogram) as e
  )
  select pg_catalog.array_agg((
    select case r.bucket when 0 then interval '0' else make_interval(secs => power(2, (r.bucket - 0.5) / 8) / 1000) end
    from running as r where r.up_to >= greatest(s.share * r.total, 1) order by r.up_to limit 1
  ) order by s.place)
  from unnest(shares) with ordinality as s (share, place)
$$;
comment on function notify_private.percentiles(bigint[], double precision[]) is
  'The times below which these shares (0 to 1) of a histogram lie, each the middle of its bucket: at most 4.5 % off, and null where there is none. Also of histograms one after another.';
grant execute on function notify_private.percentiles(bigint[], double precision[]) to rowbell_analyst, rowbell_operator;
