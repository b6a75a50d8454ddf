create or replace function notify_private.people_needing_index_compaction() returns uuid[]
language sql stable
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  -- This month's and last month's: older ones were packed in their time. Each is one pass over an index.
  select coalesce(pg_catalog.array_agg(distinct h.recipient_id), '{}')
  from (select notify_private.uuidv7_floor(pg_catalog.date_trunc('month', pg_catalog.now(), 'UTC') - m * interval '1 month') as from_id,
          notify_private.uuidv7_floor(pg_catalog.date_trunc('month', pg_catalog.now(), 'UTC') + (1 - m) * interval '1 month') as to_id
        from pg_catalog.generate_series(0, 1) as m) as month
  cross join lateral (
    select n.recipient_id from notify.notifications as n where n.id >= month.from_id and n.id < month.to_id
    group by n.recipient_id
    having pg_catalog.count(*) - coalesce((
      select sum(w.size) from notify_private.search_index_chunks as w
      where w.recipient_id = n.recipient_id and w.id >= month.from_id and w.id < month.to_id), 0) >= 64
  ) as h
$$;
comment on function notify_private.people_needing_index_compaction() is
  'Who has 64 notifications or more of a month that are not packed; sooner or later one more tells what was still uncommitted.';
grant execute on function notify_private.people_needing_index_compaction() to rowbell_worker;
