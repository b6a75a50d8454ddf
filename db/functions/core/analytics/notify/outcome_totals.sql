create or replace function notify.outcome_totals(
  since date default null, until date default null, subject_type text default null, subject_id uuid default null
) returns setof notify.outcome_total
language plpgsql stable
-- Definer: it bounds the ids by their time with a helper of the engine's. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
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
  if (subject_type is null) <> (subject_id is null) then
    raise exception 'subject_id: subject_type and subject_id come together' using errcode = 'RBINV', column = 'subject_id';
  end if;
  if subject_id is not null then
    -- From the subject's events on: what is said of one order is little.
    return query
    with of_subject as materialized (
      select e.id, e.type_key from notify.events as e
        where e.subject_id = outcome_totals.subject_id and e.subject_type = outcome_totals.subject_type
    )
    select (d.created_at at time zone 'UTC')::date as day, e.type_key, d.channel, d.status, d.reason, count(*) as total
    from of_subject as e
    join notify.decisions as c on c.event_id = e.id
    join notify.deliveries as d on d.notification_id = c.notification_id and d.channel = c.channel
    where d.id >= first_id and d.id < end_id
    group by 1, 2, 3, 4, 5
    union all
    select (c.decided_at at time zone 'UTC')::date as day, e.type_key, c.channel, 'suppressed' as status, c.reason, count(*) as total
    from of_subject as e join notify.decisions as c on c.event_id = e.id
    where e.id >= first_id and e.id < end_id and c.outcome = 'suppress'
    group by 1, 2, 3, 5
    order by 1 desc, 2, 3, 4, 5;
    return;
  end if;
  return query
  select (d.created_at at time zone 'UTC')::date as day, n.type_key, d.channel, d.status, d.reason, count(*) as total
  from notify.deliveries as d join notify.notifications as n on n.id = d.notification_id
  where d.id >= first_id and d.id < end_id
  group by 1, 2, 3, 4, 5
  union all
  select (c.decided_at at time zone 'UTC')::date as day, e.type_key, c.channel, 'suppressed' as status, c.reason, count(*) as total
  from notify.decisions as c join notify.events as e on e.id = c.event_id
  where c.event_id >= first_id and c.event_id < end_id and c.outcome = 'suppress'
  group by 1, 2, 3, 5
  order by 1 desc, 2, 3, 4, 5;
end
$$;
comment on function notify.outcome_totals(date, date, text, uuid) is
  'For operators: what became of the candidates, by day (UTC), type, channel, status and '
  'reason, for all or for one subject (an order); the last seven days unless told, at most 93.';
grant execute on function notify.outcome_totals(date, date, text, uuid) to rowbell_operator;
