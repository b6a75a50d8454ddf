-- Jumps along the index of what is not planned, from type to type: as many look-ups as types wait, and not as there are types. Those
-- were asked one by one, in each partition, at each turn of a planner and at each poll.
create or replace view notify_private.waiting_types as
with recursive waiting as (
  (
    select e.type_key, coalesce(e.retry_at, e.due_at) as due_at from notify.events as e
    where e.planned_at is null and e.canceled_at is null
    order by e.type_key, coalesce(e.retry_at, e.due_at) limit 1
  )
  union all
  select n.type_key, n.due_at
  from waiting as w
  cross join lateral (
    select e.type_key, coalesce(e.retry_at, e.due_at) as due_at from notify.events as e
    where e.planned_at is null and e.canceled_at is null and e.type_key > w.type_key
    order by e.type_key, coalesce(e.retry_at, e.due_at) limit 1
  ) as n
)
select w.type_key, case t.priority when 'P0' then 'urgent' else 'bulk' end as lane, w.due_at
from waiting as w
cross join lateral (select x.priority from notify.notification_types as x where x.key = w.type_key limit 1) as t;
comment on view notify_private.waiting_types is
  'Types of which events are still to be planned, now or later, their lane, and when the first of them is due.';
