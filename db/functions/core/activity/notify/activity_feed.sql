-- Plain SQL without settings, so that it is inlined: what is asked for then chooses the index. Its reader says the order: one of its
-- own would be planned apart, for all rows where a page is wanted.
create or replace function notify.activity_feed(
  types text[] default null, statuses text[] default null, actions text[] default null,
  resource_type text default null, resource_id text default null,
  since timestamptz default null, until timestamptz default null, search text default null, user_id uuid default null
) returns setof notify.activities
language sql stable
as $$
  select a.* from notify.activities as a
  where (activity_feed.user_id is null or a.user_id = activity_feed.user_id)
    and (types is null or a.type = any (types))
    and (statuses is null or a.status = any (statuses))
    and (actions is null or a.action = any (actions))
    and (activity_feed.resource_type is null or a.resource_type = activity_feed.resource_type)
    and (activity_feed.resource_id is null or a.resource_id = activity_feed.resource_id)
    and (since is null or a.created_at >= since)
    and (until is null or a.created_at < until)
    and (pg_catalog.btrim(coalesce(search, '')) = '' or a.search_tokens @@ (
      select notify_hidden.search_query(pg_catalog.left(search, 200), (
        select u.locale from notify.users as u where u.id = coalesce(activity_feed.user_id, notify_hidden.current_user_id())))))
$$;
comment on function notify.activity_feed(text[], text[], text[], text, text, timestamptz, timestamptz, text, uuid) is $$
@order id desc
@values actions ActivityAction
@values statuses ActivityStatus
The caller's own activity, newest first; operators see everybody's, or user_id's. What is not given filters nothing.
since is included, until is not; search finds what has all its words in title or description, as the inbox's does: the
beginning of a word or another form of it, in any case, with accents or without; signs do not count.
$$;
grant execute on function notify.activity_feed(text[], text[], text[], text, text, timestamptz, timestamptz, text, uuid)
  to rowbell_user, rowbell_operator;
