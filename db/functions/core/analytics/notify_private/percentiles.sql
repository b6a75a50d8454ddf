create or replace function notify_private.percentiles(histogram bigint[], shares double precision[]) returns interval[]
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  below constant bigint := (1::bigint << 40) - 1;
  -- In the order of their buckets, which are the upper bits.
  sorted constant bigint[] := pg_catalog.array_sort(histogram);
  last_place constant integer := pg_catalog.cardinality(shares);
  found interval[] := pg_catalog.array_fill(null::interval, array[last_place]);
  place integer := 1;
  total bigint := 0;
  wanted double precision;
  up_to bigint := 0;
  element bigint;
begin
  -- Loops of plain expressions: a query for the total alone would take longer than both.
  foreach element in array sorted loop
    total := total + (element & below);
  end loop;
  wanted := shares[1] * total;
  foreach element in array sorted loop
    up_to := up_to + (element & below);
    while up_to >= wanted loop
      found[place] := case element >> 40 when 0 then interval '0'
        else make_interval(secs => (power(2, ((element >> 40) + 0.5) / 8) - 1) / 1000) end;
      if place = last_place then
        return found;
      end if;
      place := place + 1;
      wanted := shares[place] * total;
    end loop;
  end loop;
  return found;
end
$$;
comment on function notify_private.percentiles(bigint[], double precision[]) is
  'The times below which these shares (0 to 1, ascending) of a histogram lie, each the middle of its '
  'bucket: at most 4.5 % and 0.1 ms off, and null where there is none. Also of histograms one after another.';
