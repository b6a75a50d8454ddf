create or replace function notify_hidden.stemmer(locale text) returns regconfig
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select case pg_catalog.split_part(locale, '-', 1)
    when 'ar' then 'arabic' when 'ca' then 'catalan' when 'da' then 'danish' when 'de' then 'german' when 'el' then 'greek'
    when 'en' then 'english' when 'es' then 'spanish' when 'et' then 'estonian' when 'eu' then 'basque' when 'fi' then 'finnish'
    when 'fr' then 'french' when 'ga' then 'irish' when 'hi' then 'hindi' when 'hu' then 'hungarian' when 'hy' then 'armenian'
    when 'id' then 'indonesian' when 'it' then 'italian' when 'lt' then 'lithuanian' when 'nb' then 'norwegian' when 'ne' then 'nepali'
    when 'nl' then 'dutch' when 'nn' then 'norwegian' when 'no' then 'norwegian' when 'pt' then 'portuguese' when 'ro' then 'romanian'
    when 'ru' then 'russian' when 'sr' then 'serbian' when 'sv' then 'swedish' when 'ta' then 'tamil' when 'tr' then 'turkish'
    when 'yi' then 'yiddish' else 'simple'
  end::regconfig
$$;
comment on function notify_hidden.stemmer(text) is
  'The text search configuration that knows a locale''s forms of words; simple, which knows none, for the others.';
grant execute on function notify_hidden.stemmer(text) to rowbell_user, rowbell_operator;
