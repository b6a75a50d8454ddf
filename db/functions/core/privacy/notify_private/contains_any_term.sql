create or replace function notify_private.contains_any_term(content text, terms text[]) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select coalesce(content ~ notify_private.terms_regex(terms || notify_private.json_escaped_terms(terms)), false)
$$;
comment on function notify_private.contains_any_term(text,
  text[]) is 'Whether a text, or a JSON value as text, has any of these words in it.';
