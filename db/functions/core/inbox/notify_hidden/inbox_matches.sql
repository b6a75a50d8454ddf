create or replace function notify_hidden.inbox_matches(search text) returns setof uuid
language sql stable
-- Definer: words are nobody's to read; these are the caller's own.
security definer set search_path = pg_catalog, pg_temp
-- Small tables grow: what is cached while they are empty must hold later.
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$
  with mine as materialized (
    select me.id, notify_hidden.search_query(search, u.locale) as query, u.locale
    from (select notify_hidden.current_user_id() as id) as me
    left join notify.users as u on u.id = me.id
  )
  select x.id
  from mine as m
  join notify_private.search_index_chunks as w on w.recipient_id = m.id
  cross join unnest(w.notification_ids, w.search_tokens) as x (id, search_tokens)
  where x.search_tokens @@ m.query
  union all
  select n.id
  from mine as m
  cross join notify_private.unindexed_notifications(m.id) as u
  cross join lateral (select * from notify.notifications as x where x.id = u.id limit 1) as n
  where notify_hidden.search_tokens(pg_catalog.concat_ws(' ', n.title, n.subtitle, n.body), m.locale) @@ m.query
$$;
comment on function notify_hidden.inbox_matches(text) is
  'The caller''s notifications with all of these words in title, subtitle or body (search_query()), '
  'also those of this instant. Whoever calls it says which of them are to be seen.';
grant execute on function notify_hidden.inbox_matches(text) to rowbell_user, rowbell_operator;
