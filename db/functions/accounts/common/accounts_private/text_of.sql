-- Plain SQL without settings, so that it is inlined into the audiences' queries.
create or replace function accounts_private.text_of(scope text, key text, locale text) returns text
language sql stable
as $$
  select t.text from accounts.texts as t
  where t.scope = text_of.scope
    and t.key = pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.lower(text_of.key), '[^a-z0-9]+', '_', 'g'), '_')
    and t.locale in (text_of.locale, pg_catalog.split_part(text_of.locale, '-', 1), 'en')
    -- English is what copy falls back to; copy in another language takes no English words.
    and (t.locale <> 'en' or pg_catalog.split_part(text_of.locale, '-', 1) <> 'fr')
  order by t.locale = text_of.locale desc, t.locale <> 'en' desc
  limit 1
$$;
comment on function accounts_private.text_of(text, text, text) is
  'A code in the words of a language (accounts.texts), in whatever case and with whatever signs it is written; null: it has none.';
