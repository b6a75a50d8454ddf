create or replace function notify_private.figures(
  split text, user_id uuid, types text[], channels text[], since timestamptz, until timestamptz, time_zone text default 'UTC'
) returns setof notify.delivery_figure
language plpgsql stable set search_path = ''
-- Planned for the filters at hand: each chooses other rows of the rollups.
set plan_cache_mode = force_custom_plan set jit = off
as $$
#variable_conflict use_variable
declare
  scope constant uuid := notify_private.figures_scope(user_id);
  step constant text := case when split in ('hour', 'day') then split end;
  -- An hour begins at the same instant everywhere.
  zone constant text := case split when 'day' then time_zone else 'UTC' end;
  from_hour timestamptz;
  from_day timestamptz;
  to_day timestamptz;
  to_hour timestamptz;
  as_of timestamptz := pg_catalog.now();
begin
  select b.from_hour, b.from_day, b.to_day, b.to_hour into from_hour, from_day, to_day, to_hour
  from notify_private.figure_bounds(split, types, channels, since, until, time_zone) as b;
  if scope is null then
    as_of := notify_private.statistics_as_of(from_hour, to_hour);
  end if;

  return query
  with rolled_up as (
    select s.* from notify_private.daily_statistics as s where s.starts_at >= from_day and s.starts_at < to_day
    union all
    select s.* from notify_private.hourly_statistics as s where s.starts_at >= from_hour and s.starts_at < from_day
    union all
    select s.* from notify_private.hourly_statistics as s where s.starts_at >= to_day and s.starts_at < to_hour
  ),
  counted as (
    select s.* from rolled_up as s
    where scope is null
      and case when types is not null then s.type_key = any (types) when split = 'type' then s.type_key is not null else s.type_key is null end
      and case when channels is not null then s.channel = any (channels) when split = 'channel' then s.channel is not null else s.channel is null end
    union all
    select s.* from notify_private.own_statistics(scope, from_hour, to_hour, types, channels) as s where scope is not null
  ),
  placed as (
    select
      coalesce(date_trunc(step, c.starts_at at time zone zone), '-infinity') as starts,
      case split when 'type' then c.type_key else '' end as type_key,
      case split when 'channel' then c.channel else '' end as channel,
      c as of
    from counted as c
  ),
  -- All that is answered: the summary, each hour and each day also where there was nothing.
  wanted as (
    select row_number() over () as id, a.*
    from (
      select '-infinity'::timestamp as starts, '' as type_key, '' as channel where split is null
      union all
      select s, '', '' from generate_series(
        date_trunc(step, from_hour at time zone zone), (to_hour - interval '1 hour') at time zone zone, ('1 ' || step)::interval) as s
      union all
      select distinct p.starts, p.type_key, p.channel from placed as p where split in ('type', 'channel')
    ) as a
  ),
  parts as (
    select w.id, p.of, count(*) over (partition by w.id) > 1 as is_many from wanted as w join placed as p using (starts, type_key, channel)
  ),
  -- Several histograms as one, by bucket: arrays joined one after another would be copied once for each.
  histograms as (
    select
      b.id,
      array_agg((b.bucket << 40) + b.times) filter (where b.measure = 1) as deliver,
      array_agg((b.bucket << 40) + b.times) filter (where b.measure = 2) as read,
      array_agg((b.bucket << 40) + b.times) filter (where b.measure = 3) as click
    from (
      select p.id, m.measure, e >> 40 as bucket, sum(e & ((1::bigint << 40) - 1))::bigint as times
      from parts as p
      cross join lateral (values (1, (p.of).delivery_histogram), (2, (p.of).read_histogram), (3, (p.of).click_histogram)) as m (measure, histogram)
      cross join lateral unnest(m.histogram) as e
      where p.is_many
      group by 1, 2, 3
    ) as b
    group by b.id
  ),
  summed as (
    select
      w.starts,
      row(
        case when isfinite(w.starts) then w.starts at time zone zone else from_hour end, nullif(w.type_key, ''), nullif(w.channel, ''),
        coalesce(sum((p.of).deliveries), 0), coalesce(sum((p.of).sent), 0), coalesce(sum((p.of).delivered), 0), coalesce(sum((p.of).tracked), 0),
        coalesce(sum((p.of).read), 0), coalesce(sum((p.of).clicked), 0), coalesce(sum((p.of).leavable), 0), coalesce(sum((p.of).unsubscribed), 0),
        coalesce(sum((p.of).failed), 0), coalesce(sum((p.of).expired), 0), coalesce(sum((p.of).canceled), 0),
        coalesce(sum((p.of).suppressed), 0), coalesce(sum((p.of).unknown), 0), coalesce(sum((p.of).waiting), 0), coalesce(sum((p.of).held_back), 0),
        coalesce(sum((p.of).retried), 0), coalesce(sum((p.of).retries), 0), coalesce(sum((p.of).recovered), 0), coalesce(sum((p.of).given_up), 0),
        coalesce(sum((p.of).delivery_times), 0), sum((p.of).delivery_time), coalesce(h.deliver, min((p.of).delivery_histogram), '{}'),
        coalesce(sum((p.of).read_times), 0), sum((p.of).read_time), coalesce(h.read, min((p.of).read_histogram), '{}'),
        coalesce(sum((p.of).click_times), 0), sum((p.of).click_time), coalesce(h.click, min((p.of).click_histogram), '{}')
      )::notify_private.hourly_statistics as of
    from wanted as w
    left join parts as p using (id)
    left join histograms as h using (id)
    group by w.id, w.starts, w.type_key, w.channel, h.id, h.deliver, h.read, h.click
  )
  select f.*
  from summed as s
  cross join lateral notify_private.figures_of(
    s.of, case when isfinite(s.starts) then (s.starts + ('1 ' || step)::interval) at time zone zone else to_hour end, as_of) as f
  order by s.starts, (s.of).type_key, (s.of).channel;
end
$$;
comment on function notify_private.figures(text, uuid, text[], text[], timestamptz, timestamptz, text) is
  'The figures of everybody, from the rollups, or of one person, from their deliveries; in one (split null), by type, by channel, by hour or by day.';
