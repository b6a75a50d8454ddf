create or replace function notify_private.live_positions(cursors text[])
  returns table (place bigint, oldest xid8, is_unknown boolean, cursor text)
language sql stable set search_path = pg_catalog, pg_temp
as $$
  with present as materialized (
    -- One snapshot with whoever calls: whatever is older than its xmin is finished, and to be seen.
    select s.snapshot, notify_private.live_history() as history,
      notify_private.live_cursor(pg_catalog.pg_snapshot_xmin(s.snapshot)) as cursor
    from (select pg_catalog.pg_current_snapshot() as snapshot) as s
  ), asked as materialized (
    select p.place, p.after, present.cursor, pg_catalog.pg_snapshot_xmax(present.snapshot) as ceiling,
      case when left(p.after, 8) = present.history
        then ('x' || pg_catalog.split_part(p.after, '.', 2))::bit(64)::bigint::text::xid8 end as oldest
    from unnest(cursors) with ordinality as p (after, place) cross join present
  )
  select a.place, a.oldest, a.after is not null and (a.oldest is null or a.oldest > a.ceiling), a.cursor
  from asked as a
$$;
comment on function notify_private.live_positions(text[]) is
  'Cursors (null: none) as transactions, whether they are of another history or from the future, and the cursor of this instant.';
