create or replace function notify_private.needed_notifications(from_id uuid, to_id uuid, kept_since timestamptz) returns setof uuid
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select h.notification_id from notify.holds as h
  where h.released_at is null and h.notification_id >= from_id and h.notification_id < to_id
  union
  select i.notification_id from notify.digests as d join notify.digest_items as i on i.digest_id = d.id
  where d.closed_at is null and i.notification_id >= from_id and i.notification_id < to_id
  union
  select d.notification_id from notify.deliveries as d
  where d.status in ('queued', 'sending') and d.notification_id >= from_id and d.notification_id < to_id
$$;
comment on function notify_private.needed_notifications(uuid, uuid, timestamptz) is
  'Notifications of a range of ids that are needed however old they are: held, in an open digest, or still to be sent.';
