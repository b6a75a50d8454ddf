create or replace function notify.failed_events(max_rows integer default 50) returns setof notify.events
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select e.* from notify.events as e
  where e.planned_at is null and e.canceled_at is null and e.plan_error is not null
  order by e.id desc limit least(greatest(max_rows, 1), 100)
$$;
comment on function notify.failed_events(integer) is
  E'@order id desc\n'
  'For operators: events that could not be planned so far, newest first, at '
  'most 100. Reads as the caller, whose grants let operators alone see all.';
grant execute on function notify.failed_events(integer) to rowbell_operator;
