create or replace function notify_hidden.normalize_search_text(content text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  -- Marks come off Latin and Greek letters; elsewhere they make another letter (й), so those are put together again.
  select pg_catalog.regexp_replace(
    normalize(pg_catalog.regexp_replace(normalize(lower(content), nfkd), '(?<=[a-zα-ω])[\u0300-\u036f]+', '', 'g'), nfkc),
    '[^[:alnum:]]+', ' ', 'g')
$$;
comment on function notify_hidden.normalize_search_text(text) is
  'A text as search sees it: letters and digits in lower case without accents, a blank between words.';
grant execute on function notify_hidden.normalize_search_text(text) to rowbell_user, rowbell_operator;
