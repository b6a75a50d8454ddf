create or replace function notify_private.live_activities(people uuid[], ids uuid[]) returns table (user_id uuid, id uuid, item text)
language sql stable
-- Definer: as live_items().
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  select n.user_id, n.id, notify_private.live_activity(n)::text
  from unnest(people, ids) as a (person, id)
  cross join lateral (
    select x.* from notify.activities as x where x.id = a.id and x.user_id = a.person limit 1
  ) as n
$$;
comment on function notify_private.live_activities(uuid[], uuid[]) is
  'Activities by pairs of a person and an id, each only where it is that person''s.';
grant execute on function notify_private.live_activities(uuid[], uuid[]) to rowbell_live;
