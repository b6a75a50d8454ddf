create or replace function notify_private.rollup_rows(starts_at timestamptz) returns table (
  type_key text, channel text, status text, reason text,
  is_sent boolean, is_delivered boolean, is_tracked boolean, is_read boolean, is_clicked boolean, is_leavable boolean,
  is_unsubscribed boolean,
  is_failed boolean, retries integer, is_recovered boolean, is_app_opened boolean,
  delivery_bucket bigint, read_bucket bigint, click_bucket bigint,
  candidates bigint, delivery_time interval, read_time interval, click_time interval,
  is_breakdown boolean, provider text, locale text, region text, bounce_type text, is_complained boolean
)
language sql stable set search_path = pg_catalog, pg_temp
-- An hour has a dozen deliveries or a million, of ten million: everything is looked up by its key, so that the time it takes
-- depends on the hour alone.
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off set jit = off set work_mem = '64MB'
as $$
  select
    f.type_key, f.channel, f.status, f.reason,
    f.sent_at is not null, f.delivered_at is not null, f.is_tracked, f.read_at is not null, f.clicked_at is not null,
    f.is_leavable, f.unsubscribed_at is not null, f.failed_at is not null, f.retries, f.is_recovered,
    f.is_app_opened,
    notify_private.histogram_bucket(f.time_to_deliver), notify_private.histogram_bucket(f.time_to_read),
      notify_private.histogram_bucket(f.time_to_click),
    pg_catalog.count(*), pg_catalog.sum(f.time_to_deliver), pg_catalog.sum(f.time_to_read), pg_catalog.sum(f.time_to_click),
    grouping(f.provider) = 0, f.provider, u.locale, u.region, f.bounce_type, f.complained_at is not null
  from notify.delivery_timelines as f
  left join notify.users as u on u.id = f.recipient_id
  where f.delivery_id >= notify_private.uuidv7_floor(starts_at)
    and f.delivery_id < notify_private.uuidv7_floor(starts_at + interval '1 hour')
    and not f.is_test
  -- Twice in one reading: buckets of times and regions together would be nearly as many rows as there are deliveries.
  group by grouping sets (
    (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18),
    (1, 2, 5, 6, 7, 8, 9, 10, 11, 12, f.provider, u.locale, u.region, f.bounce_type, f.complained_at is not null)
  )
  union all
  select
    e.type_key, d.channel, 'held_back', d.reason, false, false, false, false, false, false, false, false, 0, null, null, null, null, null,
    pg_catalog.count(*), null, null, null, false, null, null, null, null, null
  from notify.decisions as d join notify.events as e on e.id = d.event_id
  where d.event_id >= notify_private.uuidv7_floor(starts_at) and d.event_id < notify_private.uuidv7_floor(starts_at + interval '1 hour')
    and d.outcome = 'suppress' and not notify_hidden.is_test_type(e.type_key)
  group by e.type_key, d.channel, d.reason
$$;
comment on function notify_private.rollup_rows(timestamptz) is
  'The deliveries of an hour (UTC), and the candidates that were held back, counted by all that any metric asks for: of a million a few '
  'thousand rows. And the same deliveries by provider, locale and region (is_breakdown). Tests are left out.';
