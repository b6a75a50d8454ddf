create or replace function notify.change_notifications(
  action text, notification_ids uuid[] default null, filter notify.inbox_filter default null, until timestamptz default null
) returns notify.inbox_change
language plpgsql volatile
-- Definer: there is no update grant, so that these instants are all a person can change, in their own rows.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  me constant uuid := notify_private.lock_inbox();
  -- No two changes of a person have the same, though clocks go back.
  at constant timestamptz := greatest(
    pg_catalog.clock_timestamp(),
    (select max(c.changed_at) + interval '1 microsecond' from notify_private.inbox_changes as c where c.user_id = me)
  );
  wrong constant text[] := case
    when action not in ('seen', 'read', 'unread', 'archive', 'unarchive', 'delete', 'snooze', 'unsnooze')
      then array['action', 'must be seen, read, unread, archive, unarchive, delete, snooze or unsnooze']
    -- A filter whose fields are all null, which finds the whole inbox, "is null" as well.
    when (notification_ids is null) = (filter is not distinct from null) then array['filter', 'give either this or notification_ids']
    when (action = 'snooze') <> (until is not null) then array['until', 'must be given to snooze, and only then']
    when until <= at or until > at + interval '1 year' then array['until', 'must be in the future, within a year']
  end;
  chosen uuid[];
  result notify.inbox_change;
begin
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
  if pg_catalog.cardinality(notification_ids) > 500 then
    raise exception 'notification_ids: at most 500 at once' using errcode = 'RBBIG', column = 'notification_ids';
  end if;
  -- Locked in the order in which erasures of others, whom they name, lock them.
  if notification_ids is not null then
    chosen := array(
      select n.id from notify.notifications as n
      where n.id = any (notification_ids) and n.recipient_id = me and n.told_at is not null order by n.id for no key update);
  else
    chosen := array(
      select n.id from notify.notifications as n
      where n.recipient_id = me and n.id in (select i.id from notify_hidden.inbox(filter) as i) order by n.id for no key update);
  end if;

  with changed as (
    update notify.notifications as n set
      seen_at = case when action in ('seen', 'read') then coalesce(n.seen_at, at) else n.seen_at end,
      read_at = case when action = 'read' then at when action not in ('unread', 'snooze') then n.read_at end,
      archived_at = case when action = 'archive' then at when action not in ('unarchive', 'snooze') then n.archived_at end,
      snoozed_until = case when action = 'snooze' then until when action <> 'unsnooze' then n.snoozed_until end,
      deleted_at = case when action = 'delete' then at end,
      changed_at = case when action <> 'seen' then at else n.changed_at end,
      changed_xid = notify_private.next_version(n.changed_xid)
    -- The array as a subquery, so that planning does not look at 100 000 ids.
    where n.id = any ((select chosen)::uuid[]) and n.recipient_id = me and n.deleted_at is null
      and case action
        when 'seen' then n.seen_at is null
        when 'read' then n.read_at is null
        when 'unread' then n.read_at is not null
        when 'archive' then n.archived_at is null
        when 'unarchive' then n.archived_at is not null
        when 'snooze' then n.snoozed_until is distinct from until or n.read_at is not null or n.archived_at is not null
        when 'unsnooze' then n.snoozed_until > at
        when 'delete' then true
      end
    returning old.id, old.read_at, old.archived_at, old.snoozed_until, old.changed_at
  ), kept as (
    insert into notify_private.inbox_changes
      (user_id, changed_at, notification_ids, read_at, archived_at, snoozed_until, last_changed_at)
    select me, at, array_agg(c.id), array_agg(c.read_at), array_agg(c.archived_at), array_agg(c.snoozed_until), array_agg(c.changed_at)
    from changed as c where action <> 'seen' having count(*) > 0
    returning id, changed_at
  )
  select (select count(*) from changed) as changed, k.id as undo_token, k.changed_at + interval '10 minutes' as undo_until
  into result
  from (values (true)) as always left join kept as k on true;
  -- Undo is for what one did just now: the oldest make room.
  delete from notify_private.inbox_changes as c
  where c.user_id = me and c.id in (
    select x.id from notify_private.inbox_changes as x where x.user_id = me
    order by x.changed_at desc offset (select l.at_most from notify.limits as l where l.key = 'undo_records')
  );
  return result;
end
$$;
comment on function notify.change_notifications(text, uuid[], notify.inbox_filter, timestamptz) is $$
@values action InboxAction: seen read unread archive unarchive delete snooze unsnooze
Changes notifications of the caller, by id (at most 500) or all that the filter finds. action: seen, read, unread,
archive, unarchive, delete, snooze (until an instant within a year; they come back unread) or unsnooze. Others', unknown
ones and those that are so already stay as they are. Returns how many changed, and for ten minutes a token for
undo_change(), while it is among the last 20 (the limit undo_records).
$$;
grant execute on function notify.change_notifications(text, uuid[], notify.inbox_filter, timestamptz) to rowbell_user;
