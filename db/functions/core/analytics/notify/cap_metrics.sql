create or replace function notify.cap_metrics(since date default null, until date default null) returns setof notify.cap_metric
language plpgsql stable
-- Definer: analysts may not read decisions. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  days constant record := notify_private.asked_days(since, until);
  first_id constant uuid := notify_private.uuidv7_floor(days.first_day::timestamp at time zone 'UTC');
  end_id constant uuid := notify_private.uuidv7_floor((days.last_day + 1)::timestamp at time zone 'UTC');
begin
  return query
  with person as (
    select (c.decided_at at time zone 'UTC')::date as day, c.recipient_id, bool_or(coalesce(c.rule = 'daily_cap', false)) as capped
    from notify.decisions as c cross join notify.settings as s
    where c.event_id >= first_id and c.event_id < end_id and c.channel = any (s.capped_channels)
      and (c.outcome = 'send' or c.rule = 'daily_cap')
    group by 1, 2
  )
  select p.day, count(*) as people, count(*) filter (where p.capped) as capped, round(avg(p.capped::integer), 4) as capped_share
  from person as p group by 1 order by 1 desc;
end
$$;
comment on function notify.cap_metrics(date, date) is
  'For operators: how many of the people that something was for hit the '
  'daily cap, by day. The last seven days (UTC) unless told, at most 93.';
grant execute on function notify.cap_metrics(date, date) to rowbell_operator, rowbell_analyst;
