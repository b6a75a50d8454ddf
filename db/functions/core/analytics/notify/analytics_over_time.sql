create or replace function notify.analytics_over_time(
  step text default 'day', types text[] default null, channels text[] default null,
  since timestamptz default null, until timestamptz default null, time_zone text default 'UTC', user_id uuid default null
) returns notify.delivery_metrics[]
language sql stable
-- Definer: reads the rollups; metrics_scope() sees to it that people have their own.
security definer set search_path = pg_catalog, pg_temp
as $$
  select array(select f from notify_private.delivery_metrics(
    -- Anything else is refused as a step.
    case when step in ('hour', 'day') then step else '' end,
    analytics_over_time.user_id, types, channels, since, until, time_zone) as f)
$$;
comment on function notify.analytics_over_time(text, text[], text[], timestamptz, timestamptz, text, uuid) is $$
@values step TimeStep: hour day
analyticsSummary for each hour or day, those without anything included, at most 1000: the caller's own; operators have
everybody's, or user_id's. Days are those of time_zone, as the hours (UTC) that begin in them. The last seven days
unless told.
$$;
grant execute on function notify.analytics_over_time(text, text[], text[], timestamptz, timestamptz, text, uuid)
  to rowbell_user, rowbell_operator;
