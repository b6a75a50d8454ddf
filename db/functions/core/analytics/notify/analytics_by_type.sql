create or replace function notify.analytics_by_type(
  types text[] default null, channels text[] default null, since timestamptz default null, until timestamptz default null,
  user_id uuid default null
) returns notify.delivery_metrics[]
language sql stable
-- Definer: reads the rollups; metrics_scope() sees to it that people have their own.
security definer set search_path = pg_catalog, pg_temp
as $$
  select array(select f from notify_private.delivery_metrics('type', analytics_by_type.user_id, types, channels, since, until) as f)
$$;
comment on function notify.analytics_by_type(text[], text[], timestamptz, timestamptz, uuid) is
  'analyticsSummary for each type that had anything: the caller''s own; operators have everybody''s, or user_id''s. Whole hours '
  '(UTC) from the one of since to the one until ends in; the last seven days unless told. docs/analytics.md defines each metric.';
grant execute on function notify.analytics_by_type(text[], text[], timestamptz, timestamptz, uuid) to rowbell_user, rowbell_operator;
