create or replace function notify_private.needed_deliveries(from_id uuid, to_id uuid, kept_since timestamptz) returns setof uuid
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select d.id from notify.deliveries as d
  where d.id >= from_id and d.id < to_id and d.status in ('queued', 'sending')
  union
  -- A fallback's next step waits for what becomes of them.
  select d.id from notify.holds as h join notify.deliveries as d on d.notification_id = h.notification_id
  where h.released_at is null and d.id >= from_id and d.id < to_id
$$;
comment on function notify_private.needed_deliveries(uuid, uuid, timestamptz) is
  'Deliveries of a range of ids that are needed however old they are: not yet sent, or awaited by a fallback.';
