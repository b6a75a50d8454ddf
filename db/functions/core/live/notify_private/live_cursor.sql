create or replace function notify_private.live_cursor(oldest xid8) returns text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select notify_private.live_history() || '.' || pg_catalog.lpad(pg_catalog.to_hex(live_cursor.oldest::text::bigint), 16, '0')
$$;
comment on function notify_private.live_cursor(xid8) is
  'A cursor: the history, a dot, and the transaction in hex, so that those of one history are in order as texts.';
