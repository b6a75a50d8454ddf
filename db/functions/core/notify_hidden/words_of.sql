create or replace function notify_hidden.words_of(content text, locale text) returns tsvector
language sql immutable parallel safe set search_path = ''
as $$
  select strip(to_tsvector('simple'::regconfig, p.words)) || pg_catalog.array_to_tsvector(
    array(select '=' || s from unnest(pg_catalog.tsvector_to_array(to_tsvector(notify_hidden.stemmer(locale), p.words))) as s))
  from notify_hidden.plain_words(content) as p (words)
$$;
comment on function notify_hidden.words_of(text, text) is
  'What words_query() is asked of: each word of a text, and its stem in that language after "=".';
grant execute on function notify_hidden.words_of(text, text) to rowbell_user, rowbell_operator;
