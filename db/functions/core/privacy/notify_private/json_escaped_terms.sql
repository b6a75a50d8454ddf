create or replace function notify_private.json_escaped_terms(terms text[]) returns text[]
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  -- As JSON writes them: with quotes and backslashes escaped, without the quotes around.
  select array(select substr(j.quoted, 2, length(j.quoted) - 2) from unnest(terms) as w
    cross join lateral (select pg_catalog.to_json(w)::text as quoted) as j)
$$;
comment on function notify_private.json_escaped_terms(text[]) is 'Words as they stand in JSON text.';
