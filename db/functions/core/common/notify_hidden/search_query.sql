create or replace function notify_hidden.search_query(search text, locale text) returns tsquery
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.string_agg(
    -- Words are letters and digits: nothing in them needs quoting. A stop word has no stem.
    '(' || w || ':*' || coalesce((
      select pg_catalog.string_agg(' | ''=' || s || '''', '')
        from unnest(pg_catalog.tsvector_to_array(to_tsvector(notify_hidden.stemmer(locale), w))) as s
    ), '') || ')', ' & ')::tsquery
  from pg_catalog.regexp_split_to_table(notify_hidden.normalize_search_text(search), ' ') as word
  -- A sign may be a word spelt out (㌖, キロメートル), and tsquery takes no word above 2046 bytes: its beginning is enough.
  cross join pg_catalog.left(word, 500) as w
  where w <> ''
$$;
comment on function notify_hidden.search_query(text, text) is
  'What somebody types, as a search for all of its words, each of which may go '
  'on, or stand there in another form; null where there are no letters or digits.';
grant execute on function notify_hidden.search_query(text, text) to rowbell_user, rowbell_operator;
