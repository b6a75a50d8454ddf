create or replace function notify_private.lock_few_events(type_key text, at timestamptz, wanted integer) returns uuid[]
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  below timestamptz := 'infinity';
  ids uuid[];
  due timestamptz[];
begin
  -- Below a mass there may be single ones again, and another mass; beyond the fourth they wait for their turn in the mass.
  for step in 1..4 loop
    select pg_catalog.array_agg(w.id), pg_catalog.array_agg(w.due_at) into ids, due
    from (
      select e.id, coalesce(e.retry_at, e.due_at) as due_at from notify.events as e
      where e.type_key = lock_few_events.type_key and e.planned_at is null and e.canceled_at is null and e.plan_cursor is null
        and coalesce(e.retry_at, e.due_at) <= at and coalesce(e.retry_at, e.due_at) < below
      order by coalesce(e.retry_at, e.due_at) desc limit wanted
    ) as w;
    exit when ids is null;
    if pg_catalog.cardinality(ids) = wanted then
      -- The last of a full look may be the first of many that came in the same instant, as rows of one statement do.
      below := due[wanted];
      ids := ids[:pg_catalog.array_position(due, below) - 1];
      continue when pg_catalog.cardinality(ids) = 0;
    end if;
    ids := pg_catalog.array_sort(ids);
    return array(
      select e.id from notify.events as e
      where e.id = any (ids) and e.id between ids[1] and ids[pg_catalog.cardinality(ids)] and e.planned_at is null
      for update skip locked
    );
  end loop;
  return '{}';
end
$$;
comment on function notify_private.lock_few_events(text, timestamptz, integer) is
  'Locks due events of a type that are not of a mass, the newest first: fewer than '
  'wanted, of instants at which few are due. What somebody else has is passed by.';
