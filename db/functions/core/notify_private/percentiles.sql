create or replace function notify_private.percentiles(histogram bigint[], shares double precision[]) returns interval[]
language plpgsql immutable strict parallel safe set search_path = ''
as $$
declare
  -- In the order of their buckets, which are the upper bits.
  sorted bigint[];
  total numeric;
  up_to bigint := 0;
  element bigint;
  below constant bigint := (1::bigint << 40) - 1;
  found interval[] := pg_catalog.array_fill(null::interval, array[pg_catalog.cardinality(shares)]);
  place integer := 1;
begin
  select pg_catalog.array_agg(e order by e), pg_catalog.sum(e & below) into sorted, total from unnest(histogram) as e;
  foreach element in array coalesce(sorted, '{}') loop
    up_to := up_to + (element & below);
    while up_to >= greatest(shares[place] * total, 1) loop
      found[place] := case element >> 40 when 0 then interval '0' else make_interval(secs => (power(2, ((element >> 40) + 0.5) / 8) - 1) / 1000) end;
      place := place + 1;
      exit when place > pg_catalog.cardinality(shares);
    end loop;
    exit when place > pg_catalog.cardinality(shares);
  end loop;
  return found;
end
$$;
comment on function notify_private.percentiles(bigint[], double precision[]) is
  'The times below which these shares (0 to 1, ascending) of a histogram lie, each the middle of its bucket: at most 4.5 % and 0.1 ms off, and null where there is none. Also of histograms one after another.';
