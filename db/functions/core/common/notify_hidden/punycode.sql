create or replace function notify_hidden.punycode(label text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  digits constant text := 'abcdefghijklmnopqrstuvwxyz0123456789';
  points constant integer[] := array(
    select ascii(c.letter) from unnest(string_to_array(label, null)) with ordinality as c (letter, place) order by c.place
  );
  encoded text := regexp_replace(label, '[^\x01-\x7f]', '', 'g');
  plain constant integer := length(encoded);
  handled integer := plain;
  n integer := 128;
  bias integer := 72;
  delta bigint := 0;
  next_point integer;
  point integer;
  rest bigint;
  k integer;
  threshold integer;
begin
  if plain > 0 then
    encoded := encoded || '-';
  end if;
  while handled < cardinality(points) loop
    next_point := (select min(p.point) from unnest(points) as p (point) where p.point >= n);
    delta := delta + (next_point - n)::bigint * (handled + 1);
    n := next_point;
    foreach point in array points loop
      if point < n then
        delta := delta + 1;
      elsif point = n then
        rest := delta;
        k := 36;
        loop
          threshold := greatest(1, least(26, k - bias));
          exit when rest < threshold;
          encoded := encoded || substr(digits, (threshold + (rest - threshold) % (36 - threshold))::integer + 1, 1);
          rest := (rest - threshold) / (36 - threshold);
          k := k + 36;
        end loop;
        encoded := encoded || substr(digits, rest::integer + 1, 1);
        delta := delta / case when handled = plain then 700 else 2 end;
        delta := delta + delta / (handled + 1);
        k := 0;
        while delta > 455 loop
          delta := delta / 35;
          k := k + 36;
        end loop;
        bias := (k + 36 * delta / (delta + 38))::integer;
        delta := 0;
        handled := handled + 1;
      end if;
    end loop;
    delta := delta + 1;
    n := n + 1;
  end loop;
  return encoded;
end
$$;
comment on function notify_hidden.punycode(text) is
  'RFC 3492 §6.3: a label of letters beyond ASCII in ASCII, without the "xn--" before it.';
grant execute on function notify_hidden.punycode(text) to rowbell_operator, rowbell_writer;
