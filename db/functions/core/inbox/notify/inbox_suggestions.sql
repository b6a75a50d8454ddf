create or replace function notify.inbox_suggestions(search text) returns text[]
language sql stable set search_path = pg_catalog, pg_temp
-- Small tables grow: a plan that was cached while they were empty must hold later.
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$
  select array(
    select n.title
    -- The newest that match are enough to choose from, wherever they are.
    from notify_hidden.inbox_page(
      pg_catalog.jsonb_populate_record(
        null::notify.inbox_filter, pg_catalog.jsonb_build_object('places', '{inbox,snoozed,archived}'::text[], 'search', search)),
      'newest', 100, null, null, false) as p
    cross join lateral notify.inbox_row(p.notification_id) as n
    where search ~ '[[:alnum:]]'
    group by n.title
    order by pg_catalog.count(*) desc, n.title
    limit 8
  )
$$;
comment on function notify.inbox_suggestions(text) is
  'What a search that somebody is typing may become: titles of the caller''s own notifications that '
  'match it, at most 8, the most frequent among the newest first. Nothing typed suggests nothing.';
grant execute on function notify.inbox_suggestions(text) to rowbell_user, rowbell_operator;
