create or replace function coaching_private.tg_calls__reschedule() returns trigger
language plpgsql volatile
-- Definer: whoever may move a call need not be able to change events.
security definer set search_path = pg_catalog, pg_temp
-- What changed is joined by hash, however many there were when this was planned. Events are looked up call by call, and by
-- their subject alone ("offset 0"): by their type, which ties with it before the first analyze, each would read all there are.
set enable_nestloop = off
as $$
declare
  changes coaching_private.call_change[];
  moved uuid[];
  shifts interval[];
begin
  -- Every update of calls comes by here, most of them notes of what became of one.
  changes := array(
    select c::coaching_private.call_change
    from (
      select n.id as call_id, w.type_key, w.old_due_at, case when n.status = 'pending' then w.due_at end as due_at, n.scheduled_at
      from updated as n
      join outdated as o on o.id = n.id
      cross join lateral (values
        ('coaching_preview', o.preview_due_at, n.preview_due_at), ('coaching_call', o.scheduled_at, n.scheduled_at)
      ) as w (type_key, old_due_at, due_at)
      where o.status = 'pending' and (n.status = 'canceled' or n.status = 'pending' and w.due_at is distinct from w.old_due_at)
      order by n.id, w.type_key
    ) as c
  );
  if pg_catalog.cardinality(changes) = 0 then
    return null;
  end if;
  -- What ends: all of a canceled call, and of one that moved what was planned for the old time.
  perform notify_private.cancel_events(array(
    select e.id
    from unnest(changes) as w
    cross join lateral (
      select x.id from (select * from notify.events as z where z.subject_id = w.call_id offset 0) as x
      where x.subject_type = 'coaching_call' and x.type_key = w.type_key and x.canceled_at is null
        and (x.planned_at is null and w.due_at is null or x.planned_at is not null and x.due_at > pg_catalog.now() - interval '1 hour')
    ) as e
  ));
  -- What moves, each by its own distance.
  select pg_catalog.array_agg(e.id order by e.id), pg_catalog.array_agg(w.due_at - w.old_due_at order by e.id) into moved, shifts
  from unnest(changes) as w
  cross join lateral (
    select x.id from (select * from notify.events as z where z.subject_id = w.call_id offset 0) as x
    where x.subject_type = 'coaching_call' and x.type_key = w.type_key
      and x.planned_at is null and x.canceled_at is null and x.due_at = w.old_due_at
  ) as e
  where w.due_at is not null;
  if moved is not null then
    perform notify_private.move_events(moved, null, shifts);
  end if;
  -- A preview ends with the beginning of its call, wherever both are now.
  update notify.events as e set expires_after = p.expires_after
  from (
    select x.id, w.scheduled_at - w.due_at as expires_after
    from unnest(changes) as w
    cross join lateral (
      select y.id, y.expires_after from (select * from notify.events as z where z.subject_id = w.call_id offset 0) as y
      where y.subject_type = 'coaching_call' and y.type_key = w.type_key
        and y.planned_at is null and y.canceled_at is null and y.due_at = w.due_at
    ) as x
    where w.type_key = 'coaching_preview' and x.expires_after is distinct from w.scheduled_at - w.due_at
  ) as p
  where e.id = p.id;
  -- What had been planned already, or is being planned now, has another in its place. What is left of the old one does not
  -- matter any more, because its instant is not the call's.
  insert into notify.events (type_key, subject_type, subject_id, due_at, expires_after)
  select w.type_key, 'coaching_call', w.call_id, w.due_at, nullif(w.scheduled_at - w.due_at, interval '0')
  from unnest(changes) as w
  left join lateral (
    select x.id from (select * from notify.events as z where z.subject_id = w.call_id offset 0) as x
    where x.subject_type = 'coaching_call' and x.type_key = w.type_key and x.due_at = w.due_at
      and x.planned_at is null and x.canceled_at is null
    limit 1
  ) as e on true
  where w.due_at is not null and e.id is null
  order by w.due_at;
  return null;
end
$$;
comment on function coaching_private.tg_calls__reschedule() is
  'CP-3, CP-4: a call that moved takes its events with it, one that was canceled cancels them. Where '
  'the old preview has been planned already, what waits of it ends and the new time gets another.';

create or replace trigger _900_reschedule
  after update on coaching.calls
  referencing old table as outdated new table as updated
  for each statement execute function coaching_private.tg_calls__reschedule();
