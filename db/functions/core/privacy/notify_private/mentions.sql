create or replace function notify_private.mentions(content text, words text[]) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select coalesce(content ~ notify_private.words_pattern(words || notify_private.json_words(words)), false)
$$;
comment on function notify_private.mentions(text, text[]) is 'Whether a text, or a JSON value as text, has any of these words in it.';
