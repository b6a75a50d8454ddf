create or replace function notify_hidden.reader(recipient_id uuid, type_key text) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select r.reader || coalesce(notify_hidden.words_of_type(reader.type_key, r.reader), '{}')
  from (
    select pg_catalog.jsonb_build_object(
      'self', coalesce(me.id = reader.recipient_id, false),
      'locale', coalesce(me.locale, 'en'),
      -- Whoever reads of oneself knows one's own clock.
      'clock', pg_catalog.jsonb_build_object(
        'zone', person.time_zone, 'named', person.time_zone is null or me.id is distinct from reader.recipient_id)
    ) as reader
    from (select) as one
    left join notify.users as me on me.id = (select notify_hidden.current_user_id())
    left join notify.users as person on person.id = reader.recipient_id
  ) as r
$$;
comment on function notify_hidden.reader(uuid, text) is
  'For whom explain(), trace() and predict() speak, and of whom: the caller''s language, whether they are the person themselves, on '
  'whose clock, and what they call the type. Reads as the caller.';
grant execute on function notify_hidden.reader(uuid, text) to rowbell_user, rowbell_operator;
