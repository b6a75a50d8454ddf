create or replace function notify_hidden.search_tokens(content text, locale text) returns tsvector
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select strip(to_tsvector('simple'::regconfig, p.words)) || pg_catalog.array_to_tsvector(
    array(select '=' || s from unnest(pg_catalog.tsvector_to_array(to_tsvector(notify_hidden.stemmer(locale), p.words))) as s))
  -- A tsvector holds 1 MB: what stands after so many letters is not found, rather than nothing of that person's.
  from pg_catalog.left(notify_hidden.normalize_search_text(content), 100000) as p (words)
$$;
comment on function notify_hidden.search_tokens(text, text) is
  'What search_query() is asked of: each word of a text, and its stem in that language after "=".';
grant execute on function notify_hidden.search_tokens(text, text) to rowbell_user, rowbell_operator;
