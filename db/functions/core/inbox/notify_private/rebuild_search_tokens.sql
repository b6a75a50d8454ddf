create or replace function notify_private.rebuild_search_tokens(recipient_id uuid, notification_ids uuid[]) returns tsvector[]
language sql stable set search_path = pg_catalog, pg_temp
-- One pass over an index and a hash, however few elements the planner takes the array for.
set enable_seqscan = off set enable_nestloop = off
as $$
  select pg_catalog.array_agg(
    coalesce(notify_hidden.search_tokens(
      pg_catalog.concat_ws(' ', n.title, n.subtitle, n.body),
      (select u.locale from notify.users as u where u.id = rebuild_search_tokens.recipient_id)), '')
    order by i.place)
  from unnest(notification_ids) with ordinality as i (id, place)
  left join (
    select * from notify.notifications as x where x.recipient_id = rebuild_search_tokens.recipient_id and x.id = any (notification_ids)
  ) as n on n.id = i.id
$$;
comment on function notify_private.rebuild_search_tokens(uuid, uuid[]) is
  'The search tokens of these notifications of somebody as they are now, in their order.';
