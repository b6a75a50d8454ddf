create or replace function notify_private.delivery_metrics(
  split text, user_id uuid, types text[], channels text[], since timestamptz, until timestamptz, time_zone text default 'UTC'
) returns setof notify.delivery_metrics
language plpgsql stable set search_path = pg_catalog, pg_temp
-- Planned for the filters at hand: each chooses other rows of the rollups.
set plan_cache_mode = force_custom_plan set jit = off set work_mem = '64MB'
-- Thousands of rows become a million elements of histograms, and the planner expects hundreds: hashed, never sorted.
set enable_sort = off
as $$
#variable_conflict use_variable
declare
  scope constant uuid := notify_private.metrics_scope(user_id);
  step constant text := case when split in ('hour', 'day') then split end;
  -- An hour begins at the same instant everywhere.
  zone constant text := case split when 'day' then notify_hidden.clock_zone(notify_hidden.canonical_time_zone(time_zone)) else 'UTC' end;
  from_hour timestamptz;
  from_day timestamptz;
  to_day timestamptz;
  to_hour timestamptz;
  as_of timestamptz := pg_catalog.now();
begin
  select b.from_hour, b.from_day, b.to_day, b.to_hour into from_hour, from_day, to_day, to_hour
  from notify_private.metrics_bounds(split, types, channels, since, until, time_zone) as b;
  if scope is null then
    as_of := notify_private.rollups_as_of(from_hour, to_hour);
    -- Each has three histograms to add up, 35 us of it: less than half a second.
    if (extract(epoch from (to_day - from_day) / 24 + (to_hour - to_day) + (from_day - from_hour)) / 3600)
      * coalesce(pg_catalog.cardinality(types), case split when 'type' then (select count(*) from notify.notification_types) end, 1)
      * coalesce(pg_catalog.cardinality(channels),
        case split when 'channel' then (select count(distinct p.channel) from notify.providers as p) end, 1)
      > 12000
    then
      raise exception 'since: too long for so many types and channels' using errcode = 'RBINV', column = 'since',
        detail = 'At most 12000 sums are added up: hours and whole days (UTC), times types, times channels.';
    elsif split = 'day' and zone <> 'UTC' and to_hour - from_hour > interval '302 days' then
      -- From hours, all of them.
      raise exception 'since: at most 300 days before until, unless days are those of UTC' using errcode = 'RBINV', column = 'since';
    end if;
  end if;

  return query
  with rolled_up as (
    select s.* from notify_private.daily_rollups as s where s.starts_at >= from_day and s.starts_at < to_day
    union all
    select s.* from notify_private.hourly_rollups as s where s.starts_at >= from_hour and s.starts_at < from_day
    union all
    select s.* from notify_private.hourly_rollups as s where s.starts_at >= to_day and s.starts_at < to_hour
  ),
  counted as (
    select s.* from rolled_up as s
    where scope is null
      and case when types is not null then s.type_key = any (types) when split = 'type' then s.type_key is not null
        else s.type_key is null end
      and case when channels is not null then s.channel = any (channels) when split = 'channel' then s.channel is not null
        else s.channel is null end
    union all
    select s.* from notify_private.rollups_of_person(scope, from_hour, to_hour, types, channels) as s where scope is not null
  ),
  -- Column by column, never as whole rows: those would be put together anew for each sum.
  placed as materialized (
    select
      coalesce(date_trunc(step, c.starts_at at time zone zone), '-infinity') as starts,
      case split when 'type' then c.type_key else '' end as of_type,
      case split when 'channel' then c.channel else '' end as of_channel,
      c.*
    from counted as c
  ),
  sums as (
    select
      row_number() over () as id, p.starts, p.of_type, p.of_channel, count(*) > 1 as is_many,
      sum(p.deliveries) as deliveries, sum(p.sent) as sent, sum(p.delivered) as delivered, sum(p.tracked) as tracked, sum(p.read) as read,
      sum(p.clicked) as clicked, sum(p.leavable) as leavable, sum(p.unsubscribed) as unsubscribed, sum(p.failed) as failed,
      sum(p.expired) as expired, sum(p.canceled) as canceled, sum(p.suppressed) as suppressed, sum(p.unknown) as unknown,
      sum(p.waiting) as waiting,
      sum(p.held_back) as held_back, sum(p.retried) as retried, sum(p.retries) as retries, sum(p.recovered) as recovered,
      sum(p.given_up) as given_up, sum(p.delivery_times) as delivery_times, sum(p.delivery_time) as delivery_time,
      sum(p.read_times) as read_times,
      sum(p.read_time) as read_time, sum(p.click_times) as click_times, sum(p.click_time) as click_time,
      sum(p.pushes) as pushes, sum(p.app_opens) as app_opens,
      any_value(p.delivery_histogram) as delivery_histogram, any_value(p.read_histogram) as read_histogram,
      any_value(p.click_histogram) as click_histogram
    from placed as p
    group by p.starts, p.of_type, p.of_channel
  ),
  -- Several histograms as one, by bucket: arrays joined one after another would be copied once for each.
  histograms as (
    select
      b.id,
      array_agg((b.bucket << 40) + b.times) filter (where b.measure = 1) as deliver,
      array_agg((b.bucket << 40) + b.times) filter (where b.measure = 2) as read,
      array_agg((b.bucket << 40) + b.times) filter (where b.measure = 3) as click
    from (
      select e.id, e.measure, e.element >> 40 as bucket, sum(e.element & ((1::bigint << 40) - 1))::bigint as times
      from (
        -- "unnest" as a column: as a table it would be written down first.
        select a.id, m.measure, unnest(m.histogram) as element
        from placed as p
        join sums as a on a.is_many and a.starts = p.starts and a.of_type = p.of_type and a.of_channel = p.of_channel
        cross join lateral (values (1, p.delivery_histogram), (2, p.read_histogram), (3, p.click_histogram)) as m (measure, histogram)
      ) as e
      group by 1, 2, 3
    ) as b
    group by b.id
  ),
  -- All that is answered: the summary, each hour and each day also where there was nothing.
  wanted as (
    select '-infinity'::timestamp as starts, '' as of_type, '' as of_channel where split is null
    union all
    select s, '', '' from generate_series(
      date_trunc(step, from_hour at time zone zone), (to_hour - interval '1 hour') at time zone zone, ('1 ' || step)::interval) as s
    union all
    select a.starts, a.of_type, a.of_channel from sums as a where split in ('type', 'channel')
  ),
  summed as (
    select
      w.starts,
      case when isfinite(w.starts) then w.starts at time zone zone else from_hour end as starts_at,
      nullif(w.of_type, '') as type_key,
      nullif(w.of_channel, '') as channel,
      coalesce(a.deliveries, 0) as deliveries,
      coalesce(a.sent, 0) as sent,
      coalesce(a.delivered, 0) as delivered,
      coalesce(a.tracked, 0) as tracked,
      coalesce(a.read, 0) as read,
      coalesce(a.clicked, 0) as clicked,
      coalesce(a.leavable, 0) as leavable,
      coalesce(a.unsubscribed, 0) as unsubscribed,
      coalesce(a.failed, 0) as failed,
      coalesce(a.expired, 0) as expired,
      coalesce(a.canceled, 0) as canceled,
      coalesce(a.suppressed, 0) as suppressed,
      coalesce(a.unknown, 0) as unknown,
      coalesce(a.waiting, 0) as waiting,
      coalesce(a.held_back, 0) as held_back,
      coalesce(a.retried, 0) as retried,
      coalesce(a.retries, 0) as retries,
      coalesce(a.recovered, 0) as recovered,
      coalesce(a.given_up, 0) as given_up,
      coalesce(a.delivery_times, 0) as delivery_times,
      a.delivery_time,
      coalesce(h.deliver, a.delivery_histogram, '{}') as delivery_histogram,
      coalesce(a.read_times, 0) as read_times,
      a.read_time,
      coalesce(h.read, a.read_histogram, '{}') as read_histogram,
      coalesce(a.click_times, 0) as click_times,
      a.click_time,
      coalesce(h.click, a.click_histogram, '{}') as click_histogram,
      coalesce(a.pushes, 0) as pushes,
      coalesce(a.app_opens, 0) as app_opens
    from wanted as w
    left join sums as a using (starts, of_type, of_channel)
    left join histograms as h on h.id = a.id
  )
  select f.*
  from summed as s
  cross join lateral notify_private.metrics_from_counts(
    row(
      s.starts_at, s.type_key, s.channel, s.deliveries, s.sent, s.delivered, s.tracked, s.read, s.clicked, s.leavable,
      s.unsubscribed, s.failed, s.expired, s.canceled, s.suppressed, s.unknown, s.waiting, s.held_back, s.retried,
      s.retries, s.recovered, s.given_up, s.delivery_times, s.delivery_time, s.delivery_histogram, s.read_times,
      s.read_time, s.read_histogram, s.click_times, s.click_time, s.click_histogram, s.pushes, s.app_opens
    )::notify_private.hourly_rollups,
    case when isfinite(s.starts) then (s.starts + ('1 ' || step)::interval) at time zone zone else to_hour end, as_of) as f
  order by s.starts, s.type_key, s.channel;
end
$$;
comment on function notify_private.delivery_metrics(text, uuid, text[], text[], timestamptz, timestamptz, text) is
  'The metrics of everybody, from the rollups, or of one person, from their '
  'deliveries; in one (split null), by type, by channel, by hour or by day.';
