-- Plain SQL without settings, so that it is inlined into the audiences' queries.
create or replace function accounts_private.named(scope text, key text, locale text) returns text
language sql stable
as $$
  select coalesce(
    accounts_private.text_of(named.scope, named.key, named.locale),
    -- Keys are English words; elsewhere what has no name is not named.
    case when pg_catalog.split_part(named.locale, '-', 1) <> 'fr' then pg_catalog.replace(named.key, '_', ' ') end)
$$;
comment on function accounts_private.named(text, text, text) is
  'A kind of verification or a setting as it is called within a sentence; null: it has no name in that language.';
