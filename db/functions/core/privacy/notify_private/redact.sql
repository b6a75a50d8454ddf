create or replace function notify_private.redact(content text, terms text[]) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select coalesce(
    pg_catalog.regexp_replace(ids.content, notify_private.terms_regex(array(select w from unnest(terms) as w where w !~ uuid.shape)), '…',
      'g'),
    ids.content)
  from (values ('^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')) as uuid (shape)
  -- An id becomes one that nobody has: what reads it as an id (an audience function, say) must go on working.
  cross join lateral (
    select coalesce(
      pg_catalog.regexp_replace(redact.content, notify_private.terms_regex(array(select w from unnest(terms) as w where w ~ uuid.shape)),
        '00000000-0000-0000-0000-000000000000', 'g'),
      redact.content) as content
  ) as ids
$$;
comment on function notify_private.redact(text, text[]) is
  'A text with each of these words replaced by "…", which reads in every language, '
  'and uuids by the nil one. Whole words only: "Ada" does not touch "Adam".';
