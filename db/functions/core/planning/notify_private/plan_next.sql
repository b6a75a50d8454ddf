create or replace function notify_private.plan_next(lane text, turn text, room integer default 450) returns notify_private.planned_chunk
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
-- As in enqueue_due(): by the index of what is due, whatever the statistics say.
set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
as $$
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  -- Below plan()'s 500 candidates, so that a chunk of events for one person each is one slice.
  places constant integer := case turn when 'few' then 100 else coalesce(room, 450) end;
  waiting record;
  chunk uuid[] := '{}';
  planned notify_private.planned_chunk;
begin
  planned.unplanned := '{}';
  for waiting in
    select w.type_key as key from notify_private.waiting_types as w where w.lane = plan_next.lane and w.due_at <= at
    -- The few first where least waits, the many where something waits longest.
    order by case turn when 'few' then at - w.due_at else w.due_at - at end
  loop
    -- Whoever holds an event plans it; another planner takes the next ones.
    chunk := chunk || case turn
      when 'few' then notify_private.lock_few_events(waiting.key, at, places - pg_catalog.cardinality(chunk))
      when 'many' then array(
        select e.id from notify.events as e
        where e.type_key = waiting.key and e.planned_at is null and e.canceled_at is null and coalesce(e.retry_at, e.due_at) <= at
          and e.plan_cursor is null
        order by coalesce(e.retry_at, e.due_at) limit places - pg_catalog.cardinality(chunk)
        for update skip locked
      )
      when 'begun' then array(
        select e.id from notify.events as e
        where e.type_key = waiting.key and e.planned_at is null and e.canceled_at is null and coalesce(e.retry_at, e.due_at) <= at
          and e.plan_cursor is not null
        order by coalesce(e.retry_at, e.due_at) limit places - pg_catalog.cardinality(chunk)
        for update skip locked
      )
    end;
    exit when pg_catalog.cardinality(chunk) = places;
  end loop;
  planned.found := pg_catalog.cardinality(chunk) > 0;
  -- Half of the few's places are many: more of them may wait.
  planned.more := pg_catalog.cardinality(chunk) >= case turn when 'few' then places / 2 else places end;
  if planned.found then
    begin
      planned.more := notify_private.plan(chunk) or planned.more;
    exception when others then
      planned.more := true;
      planned.unplanned := chunk;
    end;
  end if;
  return planned;
end
$$;
comment on function notify_private.plan_next(text, text, integer) is
  'Plans one slice of events of a lane that are due and no other planner has: by turns the few, which are no part of a mass, the many, '
  'of the type that waits longest and as many as there is room for, and those that have begun. So neither waits for all '
  'of the others. Where that fails it has planned nothing and returns the events as unplanned, for plan_apart().';
grant execute on function notify_private.plan_next(text, text, integer) to rowbell_worker;
