create or replace function notify.deactivation_metrics(since date default null, until date default null)
  returns setof notify.deactivation_metric
language plpgsql stable
-- Definer: analysts may not read devices. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  days constant record := notify_private.asked_days(since, until);
begin
  return query
  select (d.deactivated_at at time zone 'UTC')::date as day, d.provider, d.deactivation_reason as reason, count(*) as tokens
  from notify.devices as d
  where d.deactivated_at >= days.first_day::timestamp at time zone 'UTC'
    and d.deactivated_at < (days.last_day + 1)::timestamp at time zone 'UTC'
  group by 1, 2, 3 order by 1 desc, 2, 3;
end
$$;
comment on function notify.deactivation_metrics(date, date) is
  'For operators: tokens deactivated by day, provider and reason. The last seven days (UTC) unless told, at most 93.';
grant execute on function notify.deactivation_metrics(date, date) to rowbell_operator, rowbell_analyst;
