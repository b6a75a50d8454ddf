create or replace function notify_private.live_counts(people uuid[])
  returns table (user_id uuid, unread integer, returns_at text)
language sql stable
-- Definer: as live_items().
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$
  select p.id, c.unread, c.returns_at
  from unnest(people) as p (id)
  cross join lateral (
    select
      (count(*) filter (where n.read_at is null and (n.snoozed_until is null or n.snoozed_until <= now())))::integer as unread,
      pg_catalog.to_json(min(n.snoozed_until) filter (where n.snoozed_until > now())) #>> '{}' as returns_at
    from notify.notifications as n
    where n.recipient_id = p.id and n.told_at is not null and n.deleted_at is null and n.archived_at is null
  ) as c
$$;
comment on function notify_private.live_counts(uuid[]) is
  'How many notifications in the inboxes of these people are not read, as unread_count() counts, and when the next snooze ends.';
grant execute on function notify_private.live_counts(uuid[]) to rowbell_live;
