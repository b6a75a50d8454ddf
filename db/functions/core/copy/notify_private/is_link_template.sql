create or replace function notify_private.is_link_template(template text, https_only boolean) returns boolean
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
  select template ~ '^\{[A-Za-z][A-Za-z0-9_]*\}$'
    -- Who may name the host by a value could send phones anywhere.
    or template !~ '^https?://[^/?#]*\{'
      and notify_private.is_link(pg_catalog.regexp_replace(template, '\{[A-Za-z][A-Za-z0-9_]*\}', 'x', 'g'), https_only)
$$;
comment on function notify_private.is_link_template(text, boolean) is
  'Whether a template makes links that is_link() takes: one placeholder alone, or a link with placeholders after its host.';
