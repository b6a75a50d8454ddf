-- Plain SQL without settings, so that it is inlined: a count reads the index alone, and what is not asked for costs nothing.
create or replace function notify_hidden.inbox(filter notify.inbox_filter) returns setof notify.notifications
language sql stable
as $$
  select n.* from notify.notifications as n
  -- The caller's own, whoever asks: operators see others' held and deleted ones by their policy, but nobody's inbox as their own.
  where n.recipient_id = (select notify_hidden.current_user_id()) and n.told_at is not null and n.deleted_at is null
    and (select notify_hidden.is_inbox_filter(filter))
    -- In exactly one place at every instant.
    and case when n.archived_at is not null then 'archived' when n.snoozed_until > pg_catalog.now() then 'snoozed' else 'inbox' end
      = any (coalesce(filter.places, '{inbox}'))
    and (filter.read is null or (n.read_at is not null) = filter.read)
    and (filter.types is null or n.type_key = any (filter.types))
    and (filter.categories is null or n.type_key = any (array(
      select t.key from notify.notification_types as t where t.category = any (filter.categories))))
    and (filter.thread_id is null or n.thread_id = filter.thread_id)
    and (filter.since is null or n.created_at >= filter.since)
    and (filter.until is null or n.created_at < filter.until)
    and (pg_catalog.btrim(coalesce(filter.search, '')) = ''
      or to_tsvector('simple', concat_ws(' ', n.title, n.subtitle, n.body)) @@ notify_hidden.prefix_query(filter.search))
$$;
comment on function notify_hidden.inbox(notify.inbox_filter) is
  'The caller''s notifications that match: what lists, counts, categories, bulk changes and exports share. Told ones that are not deleted, of the caller alone.';
grant execute on function notify_hidden.inbox(notify.inbox_filter) to rowbell_user, rowbell_operator;
