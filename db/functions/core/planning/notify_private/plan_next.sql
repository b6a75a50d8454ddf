create or replace function notify_private.plan_next(lane text) returns notify_private.planned_chunk
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
-- As in enqueue_due(): by the index of what is due, whatever the statistics say.
set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
as $$
declare
  -- Below plan()'s 500 candidates, so that a chunk of events for one person each is one slice.
  room constant integer := 450;
  at constant timestamptz := pg_catalog.clock_timestamp();
  chunk uuid[] := '{}';
  waiting record;
  planned notify_private.planned_chunk;
begin
  planned.more := false;
  planned.unplanned := '{}';
  for waiting in
    select t.key from notify.notification_types as t
    cross join lateral (
      select coalesce(e.retry_at, e.due_at) as due_at from notify.events as e
      where e.type_key = t.key and e.planned_at is null and e.canceled_at is null and coalesce(e.retry_at, e.due_at) <= at
      order by coalesce(e.retry_at, e.due_at) limit 1
    ) as f
    where (t.priority = 'P0') = (lane = 'urgent')
    order by f.due_at
  loop
    -- Whoever holds an event plans it; another planner takes the next ones.
    chunk := chunk || array(
      select e.id from notify.events as e
      where e.type_key = waiting.key and e.planned_at is null and e.canceled_at is null and coalesce(e.retry_at, e.due_at) <= at
      order by coalesce(e.retry_at, e.due_at) limit room - pg_catalog.cardinality(chunk)
      for update skip locked
    );
    exit when pg_catalog.cardinality(chunk) = room;
  end loop;
  if pg_catalog.cardinality(chunk) = 0 then
    return planned;
  end if;
  begin
    planned.more := notify_private.plan(chunk) or pg_catalog.cardinality(chunk) = room;
  exception when others then
    planned.more := true;
    planned.unplanned := chunk;
  end;
  return planned;
end
$$;
comment on function notify_private.plan_next(text) is
  'Takes due events of a lane that no other planner has, the type that waits longest first, and plans '
  'one slice of them. Where that fails it has planned nothing and returns them, for plan_apart().';
grant execute on function notify_private.plan_next(text) to rowbell_worker;
