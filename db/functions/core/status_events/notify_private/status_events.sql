create or replace function notify_private.status_events(
  endpoint notify.status_endpoints, place notify_private.status_positions
) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp
-- Each row is looked up by its key, whatever the tables' statistics say.
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  select pg_catalog.jsonb_agg(
    pg_catalog.jsonb_build_object(
      'id', case
        when s.delivery_id is null then pg_catalog.concat_ws(':', s.event_id, s.recipient_id, s.channel, s.kind)
        else s.delivery_id || ':' || s.kind
      end,
      'kind', s.kind, 'occurredAt', pg_catalog.to_char(s.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'eventId', s.event_id, 'notificationId', s.notification_id, 'deliveryId', s.delivery_id,
      'recipientId', s.recipient_id, 'externalId', u.external_id,
      'typeKey', s.type_key, 'appKey', s.app_key, 'channel', s.channel, 'provider', s.provider, 'reason', s.reason
    )
    order by s.xid, s.change_id, s.ordinality
  )
  from (
    select
      c.xid, c.id as change_id, i.ordinality, c.kind, c.reason,
      -- What was said later (it arrived after all) has an instant of its own.
      coalesce(r.occurred_at, case when (c.kind = 'delivered') = (d.status = 'delivered') then d.finished_at end, c.changed_at)
        as occurred_at,
      d.id as delivery_id, d.recipient_id, d.channel, d.provider, n.id as notification_id, n.event_id, n.type_key,
      coalesce(a.app_key, t.app_key) as app_key
    from notify_private.status_changes as c
    cross join lateral pg_catalog.unnest(c.delivery_ids) with ordinality as i (id, ordinality)
    cross join lateral (select * from notify.deliveries as x where x.id = i.id limit 1) as d
    cross join lateral (select x.id, x.event_id, x.type_key from notify.notifications as x where x.id = d.notification_id limit 1) as n
    left join lateral (select x.app_key from notify.notification_types as x where x.key = n.type_key limit 1) as t on true
    left join lateral (select x.app_key from notify.senders as x where x.id = d.sender_id limit 1) as a on true
    left join lateral (
      select x.occurred_at from notify.receipts as x where x.delivery_id = d.id and x.kind = c.kind order by x.occurred_at limit 1
    ) as r on c.kind in ('opened', 'clicked', 'unsubscribed')
    where (c.xid, c.id) > (place.after_xid, place.after_id) and (c.xid, c.id) <= (place.until_xid, place.until_id)
      and c.changed_at >= place.begins_at
    union all
    select
      c.xid, c.id, i.ordinality, c.kind, c.reason, c.changed_at, null, i.id, c.channel, null, null, e.id, e.type_key, t.app_key
    from notify_private.status_changes as c
    cross join lateral pg_catalog.unnest(c.recipient_ids) with ordinality as i (id, ordinality)
    cross join lateral (select x.id, x.type_key from notify.events as x where x.id = c.event_id limit 1) as e
    left join lateral (select x.app_key from notify.notification_types as x where x.key = e.type_key limit 1) as t on true
    where (c.xid, c.id) > (place.after_xid, place.after_id) and (c.xid, c.id) <= (place.until_xid, place.until_id)
      and c.changed_at >= place.begins_at
  ) as s
  cross join lateral (select x.external_id from notify.users as x where x.id = s.recipient_id limit 1) as u
  where s.kind = any (endpoint.kinds)
    and (endpoint.type_keys = '{}' or s.type_key = any (endpoint.type_keys))
    and (endpoint.app_keys = '{}' or s.app_key = any (endpoint.app_keys))
$$;
comment on function notify_private.status_events(notify.status_endpoints, notify_private.status_positions) is
  'The events between an endpoint''s position and the end of its batch that it wants, in order, as they are sent; null: none. Of '
  'people and deliveries that are gone there are none.';
