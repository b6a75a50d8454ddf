create or replace function notify.subject_totals(subject_type text, subject_id uuid) returns setof notify.subject_total
language sql stable set search_path = pg_catalog, pg_temp
as $$
  -- From the subject's events on: of one order there is little.
  with of_subject as materialized (
    select e.id, e.type_key from notify.events as e
    where e.subject_id = subject_totals.subject_id and e.subject_type = subject_totals.subject_type
  )
  select (d.created_at at time zone 'UTC')::date as day, e.type_key, d.channel, d.status, d.reason, count(*) as total
  from of_subject as e
  join notify.decisions as c on c.event_id = e.id
  join notify.deliveries as d on d.notification_id = c.notification_id and d.channel = c.channel
  group by 1, 2, 3, 4, 5
  union all
  select (c.decided_at at time zone 'UTC')::date as day, e.type_key, c.channel, 'held_back' as status, c.reason, count(*) as total
  from of_subject as e join notify.decisions as c on c.event_id = e.id
  where c.outcome = 'suppress'
  group by 1, 2, 3, 5
  order by 1 desc, 2, 3, 4, 5
$$;
comment on function notify.subject_totals(text, uuid) is
  'For operators: what became of the candidates of one subject (an order), as its rows are now: by day (UTC), type, channel, status '
  'and reason. "held_back": a rule suppressed them. Reads as the caller, whose grants let operators alone see all.';
grant execute on function notify.subject_totals(text, uuid) to rowbell_operator;
