create or replace function notify_private.own_statistics(recipient_id uuid, since timestamptz, until timestamptz,
  types text[], channels text[])
returns setof notify_private.hourly_statistics
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select
    c.starts_at, c.type_key, c.channel,
    pg_catalog.count(*) filter (where c.status <> 'held_back'), pg_catalog.count(c.sent_at), pg_catalog.count(c.delivered_at),
    pg_catalog.count(*) filter (where c.is_tracked), pg_catalog.count(c.read_at), pg_catalog.count(c.clicked_at),
    pg_catalog.count(*) filter (where c.is_leavable), pg_catalog.count(c.unsubscribed_at),
    pg_catalog.count(c.failed_at), pg_catalog.count(*) filter (where c.status = 'expired'),
    pg_catalog.count(*) filter (where c.status = 'canceled'),
    pg_catalog.count(*) filter (where c.status = 'suppressed'), pg_catalog.count(*) filter (where c.status = 'unknown'),
    pg_catalog.count(*) filter (where c.status in ('held', 'queued', 'sending')), pg_catalog.count(*) filter (where c.status = 'held_back'),
    pg_catalog.count(*) filter (where c.retries > 0), pg_catalog.sum(c.retries),
    pg_catalog.count(*) filter (where c.is_recovered), pg_catalog.count(*) filter (where not c.is_recovered),
    pg_catalog.count(c.time_to_deliver), coalesce(pg_catalog.sum(c.time_to_deliver), '0'),
    coalesce(pg_catalog.array_agg((notify_private.histogram_bucket(c.time_to_deliver) << 40) + 1)
      filter (where c.time_to_deliver is not null), '{}'),
    pg_catalog.count(c.time_to_read), coalesce(pg_catalog.sum(c.time_to_read), '0'),
    coalesce(pg_catalog.array_agg((notify_private.histogram_bucket(c.time_to_read) << 40) + 1) filter (where c.time_to_read is not null),
      '{}'),
    pg_catalog.count(c.time_to_click), coalesce(pg_catalog.sum(c.time_to_click), '0'),
    coalesce(pg_catalog.array_agg((notify_private.histogram_bucket(c.time_to_click) << 40) + 1) filter (where c.time_to_click is not null),
      '{}')
  from notify_private.own_candidates(
    own_statistics.recipient_id, own_statistics.since, own_statistics.until, own_statistics.types, own_statistics.channels) as c
  group by c.starts_at, c.type_key, c.channel
$$;
comment on function notify_private.own_statistics(uuid, timestamptz, timestamptz, text[], text[]) is
  'The hours of one person, as notify_private.hourly_statistics has those of everybody.';
