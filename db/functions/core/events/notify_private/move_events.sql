create or replace function notify_private.move_events(event_ids uuid[], due_at timestamptz, shifts interval[]) returns integer
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  moved integer;
begin
  if num_nonnulls(move_events.due_at, move_events.shifts) <> 1 then
    raise exception 'due_at: either due_at or shift must be given' using errcode = 'RBINV', column = 'due_at';
  end if;
  -- A planner holds its events for one slice; what it has begun is no longer moved.
  perform from notify.events as e where e.id = any (event_ids) order by e.id for update;
  with moved as (
    update notify.events as e
    set due_at = coalesce(move_events.due_at, e.due_at + w.shift), retry_at = null, plan_error = null, plan_attempts = 0
    from (
      select x.id, case when pg_catalog.cardinality(shifts) = 1 then shifts[1] else shifts[x.place] end as shift
      from unnest(move_events.event_ids) with ordinality as x (id, place)
    ) as w
    where e.id = any (move_events.event_ids) and e.id = w.id and e.planned_at is null and e.plan_cursor is null and e.canceled_at is null
    returning e.due_at, e.type_key
  ),
  -- What is due before the next poll is looked at now, and sets the worker's clock.
  looks as (
    select notify_private.wake_workers(case t.priority when 'P0' then 'urgent' else 'bulk' end, 'event__plan')
    from moved as m join notify.notification_types as t on t.key = m.type_key
    where m.due_at < pg_catalog.clock_timestamp() + interval '1100 milliseconds'
    group by t.priority
  )
  select (select pg_catalog.count(*) from moved) into moved from (select pg_catalog.count(*) from looks) as l;
  return moved;
end
$$;
comment on function notify_private.move_events(uuid[], timestamptz, interval[]) is
  'Sets when events are due, to an instant or by an interval (one for all, or one for each), as far as planning them has not '
  'begun; their expiry moves along. Returns how many. Takes effect when the caller commits.';
