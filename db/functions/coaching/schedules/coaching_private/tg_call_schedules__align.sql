create or replace function coaching_private.tg_call_schedules__align() returns trigger
language plpgsql volatile
-- Definer: whoever changes a schedule need not be able to change its calls.
security definer set search_path = pg_catalog, pg_temp
-- Old and new rows are joined by hash, however many there were when this was planned.
set enable_nestloop = off
as $$
declare
  changed uuid[];
begin
  update coaching.calls as c set coach_id = n.coach_id, topic_key = n.topic_key
  from updated as n join outdated as o on o.id = n.id
  where (n.coach_id, n.topic_key) is distinct from (o.coach_id, o.topic_key)
    and c.schedule_id = n.id and c.status = 'pending' and not c.preview_sent;
  changed := array(
    select n.id from updated as n join outdated as o on o.id = n.id
    where (n.local_time, n.active) is distinct from (o.local_time, o.active)
  );
  if pg_catalog.cardinality(changed) > 0 then
    perform coaching_private.align_calls(changed);
  end if;
  return null;
end
$$;
comment on function coaching_private.tg_call_schedules__align() is
  'A schedule that changed takes its pending calls along; one that ended cancels them.';

create or replace trigger _900_align
  after update on coaching.call_schedules
  referencing old table as outdated new table as updated
  for each statement execute function coaching_private.tg_call_schedules__align();
