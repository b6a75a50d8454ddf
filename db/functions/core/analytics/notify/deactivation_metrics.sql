create or replace function notify.deactivation_metrics(since date default null, until date default null)
  returns setof notify.deactivation_metric
language plpgsql stable
-- Definer: it bounds the ids by their time with a helper of the engine's. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  first_day constant date := coalesce(since, (pg_catalog.now() at time zone 'UTC')::date - 6);
  last_day constant date := coalesce(until, (pg_catalog.now() at time zone 'UTC')::date);
  first_id constant uuid := notify_private.uuidv7_floor(first_day::timestamp at time zone 'UTC');
  end_id constant uuid := notify_private.uuidv7_floor((last_day + 1)::timestamp at time zone 'UTC');
begin
  perform notify_private.check_days(first_day, last_day);
  return query
  select (d.deactivated_at at time zone 'UTC')::date as day, d.provider, d.deactivation_reason as reason, count(*) as tokens
  from notify.devices as d
  where d.deactivated_at >= first_day::timestamp at time zone 'UTC' and d.deactivated_at < (last_day + 1)::timestamp at time zone 'UTC'
  group by 1, 2, 3 order by 1 desc, 2, 3;
end
$$;
comment on function notify.deactivation_metrics(date, date) is
  'For operators: tokens deactivated by day, provider and reason. The last seven days (UTC) unless told, at most 93.';
grant execute on function notify.deactivation_metrics(date, date) to rowbell_operator, rowbell_analyst;
