create or replace function notify_private.live_activities_since(people uuid[], cursors text[], at_most integer default 500)
  returns table (place bigint, cursor text, is_reset boolean, items text)
language sql stable
-- Definer: as live_items().
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  select a.place, a.cursor, a.is_unknown or c.total > at_most, i.items
  from notify_private.live_positions(cursors) as a
  cross join lateral (select people[a.place::integer] as person) as p
  cross join lateral (
    select count(*) as total, array_agg(x.id) as ids
    from (
      select n.id from notify.activities as n
      where n.user_id = p.person and n.changed_xid >= a.oldest and not a.is_unknown
      limit at_most + 1
    ) as x
  ) as c
  cross join lateral (
    select coalesce(pg_catalog.json_agg(notify_private.live_activity(n) order by n.id), '[]')::text as items
    from unnest(c.ids) as k (id)
    cross join lateral (select x.* from notify.activities as x where x.id = k.id and x.user_id = p.person limit 1) as n
    where c.total <= at_most
  ) as i
$$;
comment on function notify_private.live_activities_since(uuid[], text[], integer) is
  'What came in the activity of these people since their cursors, as live_since() tells of inboxes.';
grant execute on function notify_private.live_activities_since(uuid[], text[], integer) to rowbell_live;
