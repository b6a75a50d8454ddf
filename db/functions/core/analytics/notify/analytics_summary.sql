create or replace function notify.analytics_summary(
  types text[] default null, channels text[] default null, since timestamptz default null, until timestamptz default null,
  user_id uuid default null
) returns notify.delivery_metrics
language sql stable
-- Definer: reads the rollups; metrics_scope() sees to it that people have their own.
security definer set search_path = pg_catalog, pg_temp
as $$
  select * from notify_private.delivery_metrics(null, analytics_summary.user_id, types, channels, since, until)
$$;
comment on function notify.analytics_summary(text[], text[], timestamptz, timestamptz, uuid) is
  'What became of the deliveries of a time, in one row: the caller''s own; operators have everybody''s, or user_id''s. Whole hours '
  '(UTC) from the one of since to the one until ends in; the last seven days unless told. docs/analytics.md defines each metric.';
grant execute on function notify.analytics_summary(text[], text[], timestamptz, timestamptz, uuid) to rowbell_user, rowbell_operator;
