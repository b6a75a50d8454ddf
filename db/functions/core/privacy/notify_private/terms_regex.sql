create or replace function notify_private.terms_regex(terms text[]) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select '(?<![[:alnum:]])(?:' || pg_catalog.string_agg(pg_catalog.regexp_replace(w, '([^[:alnum:][:space:]])', '\\\1', 'g'), '|'
    order by length(w) desc) || ')(?![[:alnum:]])'
  from unnest(terms) as w
$$;
comment on function notify_private.terms_regex(text[]) is
  'A regular expression for any of these as whole words, the longest first; null for none.';
