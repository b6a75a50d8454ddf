create or replace function notify.outcome_totals(since date default null, until date default null) returns setof notify.outcome_total
language plpgsql stable
-- Definer: it bounds the ids by their time with a helper of the engine's. Its grant is the check of the caller.
security definer set search_path = ''
as $$
declare
  first_day constant date := coalesce(since, (pg_catalog.now() at time zone 'UTC')::date - 6);
  last_day constant date := coalesce(until, (pg_catalog.now() at time zone 'UTC')::date);
  first_id uuid;
  end_id uuid;
begin
  if not (isfinite(first_day) and isfinite(last_day)) then
    raise exception 'since, until: must be days' using errcode = 'RBINV';
  end if;
  if last_day - first_day not between 0 and 92 then
    raise exception 'since, until: at most 93 days, since before until' using errcode = 'RBINV';
  end if;
  first_id := notify_private.uuidv7_floor(first_day::timestamp at time zone 'UTC');
  end_id := notify_private.uuidv7_floor((last_day + 1)::timestamp at time zone 'UTC');
  return query
  select (d.created_at at time zone 'UTC')::date, n.type_key, d.channel, d.status, d.reason, count(*)
  from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
  where d.id >= first_id and d.id < end_id
  group by 1, 2, 3, 4, 5
  union all
  select (c.decided_at at time zone 'UTC')::date, e.type_key, c.channel, 'suppressed', c.reason, count(*)
  from notify.decisions as c join notify.events as e on e.id = c.event_id
  where c.event_id >= first_id and c.event_id < end_id and c.outcome = 'suppress'
  group by 1, 2, 3, 5
  order by 1 desc, 2, 3, 4, 5;
end
$$;
comment on function notify.outcome_totals(date, date) is
  'For operators: what became of the candidates, by day (UTC), type, channel, status and reason; the last seven days unless told, at most 93.';
grant execute on function notify.outcome_totals(date, date) to rowbell_operator;
