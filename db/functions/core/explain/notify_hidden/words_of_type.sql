create or replace function notify_hidden.words_of_type(type_key text, reader jsonb) returns jsonb
language sql stable
-- Definer: people do not read types of packs that are off, and may have been told of them. What a type is called is no secret.
security definer set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.jsonb_build_object(
    'Type', notify_private.type_label(t.labels, t.key, coalesce(reader ->> 'locale', 'en')),
    'Category', coalesce(
      notify_hidden.sentence(array['category.' || t.category], reader), notify_private.type_label('{}', t.category, 'en')))
  from notify.notification_types as t where t.key = words_of_type.type_key
$$;
comment on function notify_hidden.words_of_type(text, jsonb) is
  'What a reader calls a type and its category. A category without a word of its own in notify_private.sentences is its key in words.';
grant execute on function notify_hidden.words_of_type(text, jsonb) to rowbell_user, rowbell_operator;
