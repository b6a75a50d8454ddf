-- Inlined, and therefore without a search_path: a bulk change calls it for each row.
create or replace function notify_private.next_version(version xid8) returns xid8
language sql stable
as $$
  select greatest(pg_catalog.pg_current_xact_id(), (version::pg_catalog.text::pg_catalog.int8 + 1)::pg_catalog.text::pg_catalog.xid8)
$$;
comment on function notify_private.next_version(xid8) is
  'The version that a row gets with a change: the transaction''s id, or more than the version it had. Somebody whose transaction began '
  'earlier may have waited for the row, and their id alone would make the newest words the older version.';
