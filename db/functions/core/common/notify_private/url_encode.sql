create or replace function notify_private.url_encode(value text) returns text
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
  select case
    when value !~ '[^A-Za-z0-9._~-]' then value
    else (
      select pg_catalog.string_agg(
        case
          when c.character ~ '[A-Za-z0-9._~-]' then c.character
          else pg_catalog.regexp_replace(
            pg_catalog.upper(pg_catalog.encode(pg_catalog.convert_to(c.character, 'UTF8'), 'hex')), '(..)', '%\1', 'g')
        end, '' order by c.place)
      from pg_catalog.string_to_table(value, null) with ordinality as c (character, place)
    )
  end
$$;
comment on function notify_private.url_encode(text) is
  'A value as it may stand in a part of a URL (RFC 3986, 2.1): all but unreserved characters percent-encoded.';
