create or replace function notify_private.rollups_of_person(recipient_id uuid, since timestamptz, until timestamptz,
  types text[], channels text[])
returns setof notify_private.hourly_rollups
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select
    c.starts_at,
    c.type_key,
    c.channel,
    pg_catalog.count(*) filter (where c.status <> 'held_back') as deliveries,
    pg_catalog.count(c.sent_at) as sent,
    pg_catalog.count(c.delivered_at) as delivered,
    pg_catalog.count(*) filter (where c.is_tracked) as tracked,
    pg_catalog.count(c.read_at) as read,
    pg_catalog.count(c.clicked_at) as clicked,
    pg_catalog.count(*) filter (where c.is_leavable) as leavable,
    pg_catalog.count(c.unsubscribed_at) as unsubscribed,
    pg_catalog.count(c.failed_at) as failed,
    pg_catalog.count(*) filter (where c.status = 'expired') as expired,
    pg_catalog.count(*) filter (where c.status = 'canceled') as canceled,
    pg_catalog.count(*) filter (where c.status = 'suppressed') as suppressed,
    pg_catalog.count(*) filter (where c.status = 'unknown') as unknown,
    pg_catalog.count(*) filter (where c.status in ('queued', 'sending')) as waiting,
    pg_catalog.count(*) filter (where c.status = 'held_back') as held_back,
    pg_catalog.count(*) filter (where c.retries > 0) as retried,
    pg_catalog.sum(c.retries) as retries,
    pg_catalog.count(*) filter (where c.is_recovered) as recovered,
    pg_catalog.count(*) filter (where not c.is_recovered) as given_up,
    pg_catalog.count(c.time_to_deliver) as delivery_times,
    coalesce(pg_catalog.sum(c.time_to_deliver), '0') as delivery_time,
    coalesce(pg_catalog.array_agg((notify_private.histogram_bucket(c.time_to_deliver) << 40) + 1)
      filter (where c.time_to_deliver is not null), '{}') as delivery_histogram,
    pg_catalog.count(c.time_to_read) as read_times,
    coalesce(pg_catalog.sum(c.time_to_read), '0') as read_time,
    coalesce(pg_catalog.array_agg((notify_private.histogram_bucket(c.time_to_read) << 40) + 1)
      filter (where c.time_to_read is not null), '{}') as read_histogram,
    pg_catalog.count(c.time_to_click) as click_times,
    coalesce(pg_catalog.sum(c.time_to_click), '0') as click_time,
    coalesce(pg_catalog.array_agg((notify_private.histogram_bucket(c.time_to_click) << 40) + 1)
      filter (where c.time_to_click is not null), '{}') as click_histogram,
    pg_catalog.count(c.is_app_opened) as pushes,
    pg_catalog.count(*) filter (where c.is_app_opened) as app_opens
  from notify_private.candidates_of_person(
    rollups_of_person.recipient_id, rollups_of_person.since, rollups_of_person.until, rollups_of_person.types,
      rollups_of_person.channels) as c
  group by c.starts_at, c.type_key, c.channel
$$;
comment on function notify_private.rollups_of_person(uuid, timestamptz, timestamptz, text[], text[]) is
  'The hours of one person, as notify_private.hourly_rollups has those of everybody.';
