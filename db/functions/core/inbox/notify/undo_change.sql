create or replace function notify.undo_change(undo_token uuid) returns integer
language plpgsql volatile
-- Definer: as change_notifications().
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  me constant uuid := notify_private.lock_inbox();
  change notify_private.inbox_changes;
  undone integer;
begin
  -- By the instant in the token: whose it is makes no difference, nor whether its row is still there.
  if pg_catalog.uuid_extract_timestamp(undo_token) < pg_catalog.clock_timestamp() - interval '10 minutes' then
    raise exception 'undo_token: it is too late to undo this' using errcode = 'RBCFL', column = 'undo_token';
  end if;
  select c.* into change from notify_private.inbox_changes as c where c.id = undo_token and c.user_id = me;
  if not found then
    raise exception 'undo_token: there is no such change' using errcode = 'RBNFD', column = 'undo_token';
  end if;
  perform from notify.notifications as n
  where n.id = any ((select change.notification_ids)::uuid[]) and n.recipient_id = me and n.changed_at = change.changed_at
  order by n.id for no key update;
  update notify.notifications as n set
    -- What was shown in between was seen.
    seen_at = nullif(n.seen_at, change.changed_at),
    read_at = b.read_at, archived_at = b.archived_at, snoozed_until = b.snoozed_until, deleted_at = null,
    changed_at = b.changed_at, changed_xid = notify_private.next_version(n.changed_xid)
  from unnest(change.notification_ids, change.read_at, change.archived_at, change.snoozed_until, change.last_changed_at)
    as b (id, read_at, archived_at, snoozed_until, changed_at)
  where n.id = b.id and n.recipient_id = me and n.changed_at = change.changed_at;
  get diagnostics undone = row_count;
  return undone;
end
$$;
comment on function notify.undo_change(uuid) is
  'Puts notifications back as that change of the caller''s found them; what was changed again since '
  'stays as it is. Returns how many were put back: none, the second time. Raises RBCFL after ten minutes.';
grant execute on function notify.undo_change(uuid) to rowbell_user;
