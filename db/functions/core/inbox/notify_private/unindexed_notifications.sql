create or replace function notify_private.unindexed_notifications(recipient_id uuid) returns table (gap bigint, id uuid)
language sql stable set search_path = pg_catalog, pg_temp
as $$
  -- Between two chunks, before the first and after the last: ids alone, from the index.
  with gap as (
    select w.last_id as after, pg_catalog.lead(w.id, 1, 'ffffffff-ffff-ffff-ffff-ffffffffffff') over (order by w.last_id) as before,
      pg_catalog.row_number() over (order by w.last_id) as number
    from (
      select null::uuid as id, '00000000-0000-0000-0000-000000000000'::uuid as last_id
      union all
      select p.id, p.last_id from notify_private.search_index_chunks as p where p.recipient_id = unindexed_notifications.recipient_id
    ) as w
  )
  select g.number, n.id
  from gap as g
  cross join lateral (
    select x.id from notify.notifications as x
    where x.recipient_id = unindexed_notifications.recipient_id and x.id > g.after and x.id < g.before
    offset 0
  ) as n
$$;
comment on function notify_private.unindexed_notifications(uuid) is
  'Somebody''s notifications whose search tokens are in no chunk of search_index_chunks: new '
  'ones, and those that are too few in a month. gap is the number of the gap between chunks that a notification is in.';
