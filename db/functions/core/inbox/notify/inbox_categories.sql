create or replace function notify.inbox_categories(filter notify.inbox_filter default null) returns setof notify.inbox_category
language sql stable set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$
  select
    k.category,
    upper(left(k.category, 1)) || pg_catalog.translate(pg_catalog.substr(k.category, 2), '_', ' ') as name,
    sum(n.total)::integer as total,
    sum(n.unread)::integer as unread
  from (
    select i.type_key, pg_catalog.count(*) as total, pg_catalog.count(*) filter (where i.read_at is null) as unread
    from notify_hidden.inbox(filter) as i group by i.type_key
  ) as n
  left join notify.notification_types as t on t.key = n.type_key
  -- A type that the catalog has no more is a category of its own: nothing is counted that is not shown.
  cross join lateral (select coalesce(t.category, n.type_key) as category) as k
  group by k.category
  order by k.category
$$;
comment on function notify.inbox_categories(notify.inbox_filter) is
  'The categories of the caller''s notifications that match, each with how many there are and how many of them '
  'are not read; they add up to inbox_count() of the same filter. Leave categories out of it to see all of them.';
grant execute on function notify.inbox_categories(notify.inbox_filter) to rowbell_user, rowbell_operator;
