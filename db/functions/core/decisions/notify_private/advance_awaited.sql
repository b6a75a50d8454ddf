create or replace function notify_private.advance_awaited(delivery_ids uuid[], at timestamptz) returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  select notify_private.advance_fallbacks(array(
    select distinct d.notification_id
    from unnest(advance_awaited.delivery_ids) as i (id)
    cross join lateral (select x.notification_id from notify.deliveries as x where x.id = i.id and x.is_awaited limit 1) as d
  ), at)
$$;
comment on function notify_private.advance_awaited(uuid[], timestamptz) is
  'advance_fallbacks() for those of these deliveries that a fallback''s step '
  'waits for. Its callers have just changed them, hence hold their locks.';
