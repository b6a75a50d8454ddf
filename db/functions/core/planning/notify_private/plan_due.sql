-- Not definer and without settings of its own: a procedure that has either may not commit. What it calls has both.
create or replace procedure notify_private.plan_due(lane text, max_slices integer, inout more boolean, inout failed uuid[])
language plpgsql
as $$
declare
  chunk notify_private.planned_chunk;
  alone pg_catalog.uuid;
  planned boolean;
begin
  failed := '{}';
  for n in 1..max_slices loop
    chunk := notify_private.plan_next(lane);
    commit;
    foreach alone in array chunk.unplanned loop
      planned := notify_private.plan_alone(alone);
      commit;
      if not planned then
        failed := failed || alone;
      end if;
    end loop;
    more := chunk.found;
    exit when not more;
  end loop;
end
$$;
comment on procedure notify_private.plan_due(text, integer, boolean, uuid[]) is
  'Plans what is due in a lane, slice by slice, each in a transaction of its own, at most so '
  'many; more says whether there may still be something, failed which events could not be planned.';
grant execute on procedure notify_private.plan_due(text, integer, boolean, uuid[]) to rowbell_worker;
