create or replace function notify_private.notifications_naming(user_id uuid, terms text[], event_ids uuid[],
  since timestamptz default '-infinity') returns uuid[]
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select array(
    select n.id from notify.notifications as n
    where (since = '-infinity' or n.id >= notify_private.uuidv7_floor(since))
      and n.recipient_id <> notifications_naming.user_id
      and (n.actor_id = notifications_naming.user_id
        or n.event_id = any (event_ids) and concat_ws(' ', n.title, n.subtitle, n.body, n.data, n.channel_texts, n.rich_content)
          ~ (select notify_private.terms_regex(terms || notify_private.json_escaped_terms(terms)
            || array(select notify_private.url_encode(w) from unnest(terms) as w)))
        or strpos(n.data::text, notifications_naming.user_id::text) > 0)
  )
$$;
comment on function notify_private.notifications_naming(uuid, text[], uuid[], timestamptz) is
  'Other people''s notifications that say something of a person: caused by them, or of these events '
  'and with one of the words in them. Events limit it, because other people may have the same name.';
