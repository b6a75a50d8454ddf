create or replace function notify_private.is_link(url text, https_only boolean) returns boolean
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
  select length(url) <= 2000 and url !~ '[^A-Za-z0-9:/?#@!$&''()*+,;=._~%-]' and (
    -- A host by its name, and no empty part of a path: what firebase-admin takes for a URL.
    url ~ ('^https://([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?'
      '(:[1-9][0-9]{0,3}|:[1-5][0-9]{4})?(/[A-Za-z0-9_.~!$''()*+,;=:@%-]+)*/?([?#].*)?$')
    or not https_only and (
      url ~ '^/([^/]|$)'
      -- The app's own scheme, and none that a browser would run or read by itself.
      or url ~ '^[a-z][a-z0-9+.-]*://.' and url !~ '^(https?|wss?|ftp|file|javascript|vbscript|data|blob|about|intent):'
    )
  )
$$;
comment on function notify_private.is_link(text, boolean) is
  'Whether a URL may be given to phones and browsers: https with a host by its name; unless https_only also a path of the application '
  'or a deep link of its app. At most 2 000 characters, all of them ASCII.';
