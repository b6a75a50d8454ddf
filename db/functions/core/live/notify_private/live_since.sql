create or replace function notify_private.live_since(people uuid[], cursors text[], at_most integer default 500)
  returns table (place bigint, cursor text, is_reset boolean, items text, removed uuid[], unread integer, returns_at text)
language sql stable
-- Definer: as live_items().
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  select a.place, a.cursor, a.is_unknown or c.total > at_most, i.items,
    case when a.is_unknown or c.total > at_most then '{}' else coalesce(c.removed, '{}') end, u.unread, u.returns_at
  from notify_private.live_positions(cursors) as a
  cross join lateral (select people[a.place::integer] as person) as p
  cross join lateral (
    select count(*) as total, array_agg(x.id) filter (where not x.is_removed) as ids, array_agg(x.id) filter (where x.is_removed) as removed
    from (
      -- Read in the inbox's index alone. Any of theirs, however old: what was archived a year after it came changed all the same.
      select n.id, n.deleted_at is not null as is_removed from notify.notifications as n
      where n.recipient_id = p.person and n.told_at is not null and n.changed_xid >= a.oldest and not a.is_unknown
      limit at_most + 1
    ) as x
  ) as c
  cross join lateral (
    select coalesce(pg_catalog.json_agg(notify_private.live_item(n, t.category)), '[]')::text as items
    from unnest(c.ids) as k (id)
    cross join lateral (select x.* from notify.notifications as x where x.id = k.id and x.recipient_id = p.person limit 1) as n
    cross join lateral (select y.category from notify.notification_types as y where y.key = n.type_key limit 1) as t
    where c.total <= at_most
  ) as i
  cross join lateral notify_private.live_counts(array[p.person]) as u
$$;
comment on function notify_private.live_since(uuid[], text[], integer) is
  'What changed in the inboxes of these people since their cursors (null: nothing is asked), with the cursor to go on from, in '
  'one snapshot; place is that of the person in the list. is_reset: more than at_most changed, or the cursor is of another '
  'history; then nothing is told, and the page is to be read anew.';
grant execute on function notify_private.live_since(uuid[], text[], integer) to rowbell_live;
