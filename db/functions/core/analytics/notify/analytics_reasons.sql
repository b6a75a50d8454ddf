create or replace function notify.analytics_reasons(
  types text[] default null, channels text[] default null, since timestamptz default null, until timestamptz default null,
  user_id uuid default null
) returns notify.reason_metrics[]
language plpgsql stable
-- Definer: reads the rollups; metrics_scope() sees to it that people have their own.
security definer set search_path = pg_catalog, pg_temp
-- Planned for the filters at hand.
set plan_cache_mode = force_custom_plan set jit = off
as $$
#variable_conflict use_variable
declare
  scope constant uuid := notify_private.metrics_scope(user_id);
  bounds record;
begin
  bounds := notify_private.metrics_bounds(null, types, channels, since, until, 'UTC');
  if scope is null and bounds.to_hour - bounds.from_hour > interval '201 days' then
    raise exception 'since: at most 200 days before until' using errcode = 'RBINV', column = 'since';
  end if;
  return array(
    with rolled_up as (
      select o.* from notify_private.daily_reason_rollups as o where o.starts_at >= bounds.from_day and o.starts_at < bounds.to_day
      union all
      select o.* from notify_private.hourly_reason_rollups as o where o.starts_at >= bounds.from_hour and o.starts_at < bounds.from_day
      union all
      select o.* from notify_private.hourly_reason_rollups as o where o.starts_at >= bounds.to_day and o.starts_at < bounds.to_hour
    ),
    counted as (
      select o.channel, o.status, o.reason, sum(o.candidates)::bigint as candidates
      from rolled_up as o
      where scope is null and (types is null or o.type_key = any (types)) and (channels is null or o.channel = any (channels))
      group by 1, 2, 3
      union all
      select o.channel, o.status, o.reason, count(*)
      from notify_private.candidates_of_person(scope, bounds.from_hour, bounds.to_hour, types, channels) as o
      where scope is not null group by 1, 2, 3
    ),
    shared as (
      select c.*, notify_private.ratio(c.candidates, (sum(c.candidates) over (partition by c.channel))::bigint) as share from counted as c
    )
    select row(s.channel, s.status, s.reason, s.candidates, s.share)::notify.reason_metrics
    from shared as s where s.status in ('held_back', 'failed', 'expired', 'canceled', 'suppressed', 'unknown')
    order by s.candidates desc, s.channel, s.status, s.reason
  );
end
$$;
comment on function notify.analytics_reasons(text[], text[], timestamptz, timestamptz, uuid) is
  'Why things did not arrive, by channel, most frequent first: the caller''s own; '
  'operators have everybody''s, or user_id''s. The last seven days unless told.';
grant execute on function notify.analytics_reasons(text[], text[], timestamptz, timestamptz, uuid) to rowbell_user, rowbell_operator;
