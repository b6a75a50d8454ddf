create or replace function notify_hidden.domain_to_ascii(domain text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
  mapped text;
begin
  if length(domain) > 255 then
    return null;
  end if;
  -- What shows as nothing is nothing: soft hyphens, zero-width spaces, variation selectors. The dotted I is what lower() has another
  -- word for than Unicode's mapping.
  mapped := replace(
    regexp_replace(domain, '[\u00AD\u034F\u180B-\u180D\u180F\u200B\u2060\u2064\uFE00-\uFE0F\uFEFF\U000E0100-\U000E01EF]', '', 'g'),
    U&'\0130', U&'i\0307');
  -- By Unicode's own tables, whatever the locale of the database.
  mapped := normalize(lower(normalize(mapped, nfkc) collate pg_catalog.pg_c_utf8), nfkc);
  mapped := translate(mapped, U&'\3002', '.');
  -- Spaces, controls, marks of direction and joiners, what is private: no name has them.
  if mapped ~ '[\u0001-\u0020\u007F-\u00A0\u1680\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\uE000-\uF8FF\uFFF0-\uFFFF]' then
    return null;
  end if;
  mapped := (
    select string_agg(
      case when l.label ~ '^[\x01-\x7f]*$' then l.label when length(l.label) <= 63 then 'xn--' || notify_hidden.punycode(l.label) end,
      '.' order by l.place)
    from regexp_split_to_table(mapped, '\.') with ordinality as l (label, place)
    having bool_and(length(l.label) <= 63)
  );
  return case
    when length(mapped) <= 253 and mapped ~ '^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$'
    then mapped
  end;
end
$$;
comment on function notify_hidden.domain_to_ascii(text) is
  'A domain as DNS has it: UTS 46 (nontransitional), so that each spelling of one is the same. Null for what is none: empty labels, a '
  'dot at the end, letters that no domain has. Stricter than UTS 46 in one thing: joiners are refused wherever they stand.';
grant execute on function notify_hidden.domain_to_ascii(text) to rowbell_operator, rowbell_writer;
