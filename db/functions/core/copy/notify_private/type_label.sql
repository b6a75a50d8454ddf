create or replace function notify_private.type_label(labels jsonb, key text, locale text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select coalesce(
    labels ->> locale, labels ->> pg_catalog.split_part(locale, '-', 1), labels ->> 'en',
    upper(left(key, 1)) || pg_catalog.translate(pg_catalog.substr(key, 2), '_', ' '))
$$;
comment on function notify_private.type_label(jsonb, text, text) is
  'What to call a type in a language: its label there, the English one, else its key in words.';
