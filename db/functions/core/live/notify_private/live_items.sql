create or replace function notify_private.live_items(people uuid[], ids uuid[]) returns table (user_id uuid, id uuid, item text)
language sql stable
-- Definer: the role that delivers frames may read no table. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
-- Small tables grow: a plan that was cached while they were empty must hold later.
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  select n.recipient_id, n.id, notify_private.live_item(n, t.category)::text
  from unnest(people, ids) as a (person, id)
  cross join lateral (
    select x.* from notify.notifications as x
    where x.id = a.id and x.recipient_id = a.person and x.told_at is not null and x.deleted_at is null limit 1
  ) as n
  cross join lateral (select k.category from notify.notification_types as k where k.key = n.type_key limit 1) as t
$$;
comment on function notify_private.live_items(uuid[], uuid[]) is
  'Notifications by pairs of a person and an id, each only where it is that person''s, told and not deleted. Whoever rings falsely gets '
  'nothing to see by it.';
grant execute on function notify_private.live_items(uuid[], uuid[]) to rowbell_live;
