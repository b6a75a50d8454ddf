-- Plain SQL without settings, so that it is inlined: a count reads the index alone, and what is not asked for costs nothing.
create or replace function notify_hidden.inbox(filter notify.inbox_filter) returns setof notify.notifications
language sql stable
as $$
  select n.* from notify.notifications as n
  cross join (select pg_catalog.btrim(coalesce(filter.search, '')) <> '' as is_given offset 0) as search
  -- The caller's own, whoever asks: operators may see others' held and deleted ones, but have no other inbox than their own.
  where n.recipient_id = (select notify_hidden.current_user_id()) and n.told_at is not null and n.deleted_at is null
    -- In exactly one place at every instant.
    and case when n.archived_at is not null then 'archived' when n.snoozed_until > pg_catalog.now() then 'snoozed' else 'inbox' end
      = any (coalesce(filter.places, '{inbox}'))
    and (filter.read is null or (n.read_at is not null) = filter.read)
    and (filter.types is null or n.type_key = any (filter.types))
    and (filter.categories is null or n.type_key = any (array(
      select t.key from notify.notification_types as t where t.category = any (filter.categories))))
    -- As devices of the app hear of it: its own types and those of no app; of the default app, every type.
    and (filter.app is null or filter.app = 'default' or n.type_key = any (array(
      select t.key from notify.notification_types as t where t.app_key is null or t.app_key = filter.app)))
    and (filter.thread_id is null or n.thread_id = filter.thread_id)
    and (filter.since is null or n.created_at >= filter.since)
    and (filter.until is null or n.created_at < filter.until)
    -- Ids are made within the hour of created_at: they choose months and limit what is read. Each bound asks whether the filter can be
    -- meant, because where one of them leaves no month the rest is not looked at.
    and n.id >= (select coalesce(notify_hidden.uuidv7_floor(filter.since - interval '1 hour'), '00000000-0000-0000-0000-000000000000')
      where notify_hidden.is_inbox_filter(filter))
    and n.id < (select coalesce(notify_hidden.uuidv7_floor(filter.until + interval '1 hour'), 'ffffffff-ffff-ffff-ffff-ffffffffffff')
      where notify_hidden.is_inbox_filter(filter))
    -- A look into a hash, because a join would have a plan that depends on a guess of how many match. Of a row of its own whether there is
    -- a search, so that the hash is made once, above the months, and not in each of them.
    and (not search.is_given or n.id in (select m from notify_hidden.inbox_matches(filter.search) as m))
$$;
comment on function notify_hidden.inbox(notify.inbox_filter) is
  'The caller''s notifications that match: what lists, counts, categories, bulk '
  'changes and exports share. Told ones that are not deleted, of the caller alone.';
grant execute on function notify_hidden.inbox(notify.inbox_filter) to rowbell_user, rowbell_operator;
