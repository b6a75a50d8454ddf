create or replace function notify_private.lock_inbox() returns uuid
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.require_user();
begin
  -- Their erasure waits for us or we for it. Planning for them goes on.
  perform from notify.users as u where u.id = me for key share;
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('notify_private.lock_inbox'), pg_catalog.hashtext(me::text));
  return me;
end
$$;
comment on function notify_private.lock_inbox() is
  'Until the transaction ends nobody else changes the caller''s inbox: changes of several '
  'devices take turns, and each finds what the one before left. Returns the caller.';
