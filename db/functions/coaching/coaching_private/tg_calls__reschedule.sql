create or replace function coaching_private.tg_calls__reschedule() returns trigger
language plpgsql volatile
-- Definer: whoever may move a call need not be able to change events.
security definer set search_path = ''
as $$
declare
  moved record;
begin
  -- Every update of calls comes by here, most of them notes of what became of one.
  if not exists (
    select from updated as n join outdated as o on o.id = n.id
    where o.status = 'pending'
      and (n.status = 'canceled' or n.scheduled_at <> o.scheduled_at or n.preview_due_at is distinct from o.preview_due_at)
  ) then
    return null;
  end if;
  -- What ends: all of a canceled call, and of one that moved what was planned for the old time.
  perform notify_private.cancel_events(array(
    select e.id
    from updated as n
    join outdated as o on o.id = n.id
    cross join lateral (values
      ('coaching_preview', o.preview_due_at, n.preview_due_at), ('coaching_call', o.scheduled_at, n.scheduled_at)
    ) as w (type_key, old_due_at, due_at)
    join notify.events as e on e.subject_id = n.id and e.subject_type = 'coaching_call' and e.type_key = w.type_key
    where o.status = 'pending' and (n.status = 'canceled' or w.due_at is distinct from w.old_due_at) and e.canceled_at is null
      and (e.planned_at is null and (n.status = 'canceled' or w.due_at is null)
        or e.planned_at is not null and e.due_at > pg_catalog.now() - interval '1 hour')
  ));
  -- What moves, in as few calls as there are distances.
  for moved in
    select w.due_at - w.old_due_at as shift, pg_catalog.array_agg(e.id order by e.id) as event_ids
    from updated as n
    join outdated as o on o.id = n.id
    cross join lateral (values
      ('coaching_preview', o.preview_due_at, n.preview_due_at), ('coaching_call', o.scheduled_at, n.scheduled_at)
    ) as w (type_key, old_due_at, due_at)
    join notify.events as e on e.subject_id = n.id and e.subject_type = 'coaching_call' and e.type_key = w.type_key
    where o.status = 'pending' and n.status = 'pending' and w.due_at <> w.old_due_at
      and e.planned_at is null and e.canceled_at is null and e.due_at = w.old_due_at
    group by 1 order by 1
  loop
    perform notify_private.move_events(moved.event_ids, null, moved.shift);
  end loop;
  update notify.events as e set expires_after = n.scheduled_at - n.preview_due_at
  from updated as n
  where e.subject_id = n.id and e.subject_type = 'coaching_call' and e.type_key = 'coaching_preview' and e.due_at = n.preview_due_at
    and e.planned_at is null and e.canceled_at is null and e.expires_after is distinct from n.scheduled_at - n.preview_due_at;
  -- What had been planned already, or is being planned now, has another in its place. What is left of the old one does not
  -- matter any more, because its instant is not the call's.
  insert into notify.events (type_key, subject_type, subject_id, due_at, expires_after)
  select w.type_key, 'coaching_call', n.id, w.due_at, nullif(n.scheduled_at - w.due_at, interval '0')
  from updated as n
  join outdated as o on o.id = n.id
  cross join lateral (values
    ('coaching_preview', o.preview_due_at, n.preview_due_at), ('coaching_call', o.scheduled_at, n.scheduled_at)
  ) as w (type_key, old_due_at, due_at)
  where o.status = 'pending' and n.status = 'pending' and w.due_at is distinct from w.old_due_at and w.due_at is not null
    and not exists (
      select from notify.events as e
      where e.subject_id = n.id and e.subject_type = 'coaching_call' and e.type_key = w.type_key and e.due_at = w.due_at
        and e.planned_at is null and e.canceled_at is null
    )
  order by w.due_at;
  return null;
end
$$;
comment on function coaching_private.tg_calls__reschedule() is
  'CP-3, CP-4: a call that moved takes its events with it, one that was canceled cancels them. Where the old preview has been planned already, what waits of it ends and the new time gets another.';

create or replace trigger _900_reschedule
  after update on coaching.calls
  referencing old table as outdated new table as updated
  for each statement execute function coaching_private.tg_calls__reschedule();
