create or replace function notify_private.redact_json(content jsonb, terms text[]) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select notify_private.redact(content::text, notify_private.json_escaped_terms(terms))::jsonb
$$;
comment on function notify_private.redact_json(jsonb, text[]) is 'redact() for the strings in a JSON value.';
