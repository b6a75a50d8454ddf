create or replace function coaching_private.tg_calls__reschedule() returns trigger
language plpgsql volatile
-- Definer: whoever may move a call need not be able to change events.
security definer set search_path = ''
as $$
begin
  -- Every update of calls comes by here, most of them notes of what became of one.
  if not exists (
    select from updated as n join outdated as o on o.id = n.id
    where o.status = 'pending'
      and (n.status = 'canceled' or n.scheduled_at <> o.scheduled_at or n.preview_due_at is distinct from o.preview_due_at)
  ) then
    return null;
  end if;
  with wanted as (
    select n.id, w.type_key, w.old_due_at, case when n.status = 'pending' then w.due_at end as due_at
    from updated as n
    join outdated as o on o.id = n.id
    cross join lateral (values
      ('coaching_preview', o.preview_due_at, n.preview_due_at),
      ('coaching_call', o.scheduled_at, n.scheduled_at)
    ) as w (type_key, old_due_at, due_at)
    where o.status = 'pending' and (n.status = 'canceled' or w.due_at is distinct from w.old_due_at)
  ),
  -- One order for everyone. An event that is being planned is waited for, and is planned then: what came of it is no
  -- longer relevant, because its instant is not the call's any more.
  waiting as (
    select e.id, w.id as call_id, w.type_key, w.due_at
    from wanted as w
    join notify.events as e on e.subject_id = w.id and e.subject_type = 'coaching_call' and e.type_key = w.type_key
    where e.planned_at is null and e.canceled_at is null
    order by e.id for update of e
  ),
  moved as (
    update notify.events as e
    set due_at = coalesce(w.due_at, e.due_at), retry_at = null, canceled_at = case when w.due_at is null then pg_catalog.now() end
    from waiting as w
    where e.id = w.id
    returning w.call_id, w.type_key
  )
  insert into notify.events (type_key, subject_type, subject_id, due_at)
  select w.type_key, 'coaching_call', w.id, w.due_at
  from wanted as w
  where w.due_at is not null
    and not exists (select from moved as m where m.call_id = w.id and m.type_key = w.type_key)
  order by w.due_at;
  return null;
end
$$;
comment on function coaching_private.tg_calls__reschedule() is
  'CP-3, CP-4: a call that moved takes its events with it, one that was canceled cancels them. Where the old preview has been planned already, the new time gets another.';

create or replace trigger _900_reschedule
  after update on coaching.calls
  referencing old table as outdated new table as updated
  for each statement execute function coaching_private.tg_calls__reschedule();
