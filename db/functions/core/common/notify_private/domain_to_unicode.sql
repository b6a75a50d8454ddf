create or replace function notify_private.domain_to_unicode(domain text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  labels text[] := '{}';
  label text;
  points integer[];
  coded text;
  digit integer;
  n integer;
  i bigint;
  before bigint;
  bias integer;
  weight bigint;
  k integer;
  threshold integer;
  delta bigint;
begin
  foreach label in array string_to_array(lower(domain), '.') loop
    if label ~ '^xn--[a-z0-9_-]*[a-z0-9]$' and length(label) <= 63 then
      points := array(
        select ascii(c.letter)
        from unnest(string_to_array(coalesce(substring(label from '^xn--(.*)-[^-]*$'), ''), null)) with ordinality as c (letter, place)
        order by c.place
      );
      coded := substring(label from '[^-]*$');
      n := 128;
      i := 0;
      bias := 72;
      while coded <> '' loop
        before := i;
        weight := 1;
        k := 36;
        loop
          digit := strpos('abcdefghijklmnopqrstuvwxyz0123456789', substr(coded, 1, 1)) - 1;
          coded := substr(coded, 2);
          i := i + digit * weight;
          threshold := greatest(1, least(26, k - bias));
          exit when digit < threshold;
          -- A label that nobody could have encoded stays as it is.
          if coded = '' or i > 100000000 then
            return domain;
          end if;
          weight := weight * (36 - threshold);
          k := k + 36;
        end loop;
        delta := (i - before) / case when before = 0 then 700 else 2 end;
        delta := delta + delta / (cardinality(points) + 1);
        k := 0;
        while delta > 455 loop
          delta := delta / 35;
          k := k + 36;
        end loop;
        bias := (k + 36 * delta / (delta + 38))::integer;
        n := (n + i / (cardinality(points) + 1))::integer;
        i := i % (cardinality(points) + 1);
        if n > 1114111 or n between 55296 and 57343 then
          return domain;
        end if;
        points := points[:i] || n || points[i + 1:];
        i := i + 1;
      end loop;
      label := (select string_agg(chr(p.point), '' order by p.place) from unnest(points) with ordinality as p (point, place));
    end if;
    labels := labels || label;
  end loop;
  return array_to_string(labels, '.');
end
$$;
comment on function notify_private.domain_to_unicode(text) is
  'A domain as people write it: "xn--bcher-kva.example" is "bücher.example" (RFC 3492 §6.2). What is no encoded name stays as it is.';
