create or replace view analytics.daily_times with (security_barrier = true) as
  select
    (s.starts_at at time zone 'UTC')::date as day, s.type_key, s.channel, h.measure,
    -- The bounds of notify_private.histogram_bucket().
    (power(2, (e >> 40) / 8.0::double precision) - 1) / 1000 as from_seconds,
    (power(2, ((e >> 40) + 1) / 8.0::double precision) - 1) / 1000 as to_seconds,
    e & ((1::bigint << 40) - 1) as deliveries
  from notify_private.daily_rollups as s
  cross join lateral (
    values ('time_to_deliver', s.delivery_histogram), ('time_to_read', s.read_histogram), ('time_to_click', s.click_histogram)
  ) as h (measure, histogram)
  cross join lateral unnest(h.histogram) as e
  where s.type_key is not null and s.channel is not null;
comment on view analytics.daily_times is
  'How many deliveries of a day (UTC), type and channel took how long: each time lies from from_seconds '
  'up to to_seconds, about 9 % more. Histograms may be added up, so any percentile of any time follows.';
comment on column analytics.daily_times.day is 'The day (UTC) in which the deliveries were made.';
comment on column analytics.daily_times.type_key is 'Notification type, a row of analytics.notification_types.';
comment on column analytics.daily_times.channel is 'push, email, sms, voice, in_app or webhook.';
comment on column analytics.daily_times.measure is 'time_to_deliver, time_to_read or time_to_click.';
comment on column analytics.daily_times.from_seconds is 'The shortest time of the bucket.';
comment on column analytics.daily_times.to_seconds is 'The end of the bucket, which belongs to the next one.';
comment on column analytics.daily_times.deliveries is 'Deliveries whose time lies in the bucket.';
grant select on analytics.daily_times to rowbell_analyst, rowbell_operator;
