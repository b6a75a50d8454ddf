create or replace function notify_private.few_due_deliveries(sender_id smallint, lane text, at timestamptz, room integer) returns uuid[]
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  few uuid[];
begin
  -- Each look ends at its first row for a mass alone, and reads no more than waits where there is none.
  if not exists (
    select from (
      select d.is_mass from notify.deliveries as d
      where d.sender_id = sender_id and d.lane = lane and d.status = 'queued' and d.due_at <= at
      order by d.due_at limit room
    ) as o
    where o.is_mass
  ) then
    return '{}';
  end if;
  few := array(
    select d.id from notify.deliveries as d
    where d.sender_id = sender_id and d.lane = lane and d.status = 'queued' and d.due_at <= at and not d.is_mass
    order by d.due_at limit room * 4 / 5
  );
  if pg_catalog.cardinality(few) > 0 and exists (
    select from notify.deliveries as d
    where d.sender_id = sender_id and d.lane = lane and d.status = 'queued' and d.due_at <= at order by d.due_at offset room
  ) then
    return few;
  end if;
  return '{}';
end
$$;
comment on function notify_private.few_due_deliveries(smallint, text, timestamptz, integer) is
  'Due deliveries of a sender and lane that pass others: the oldest that are not of a mass, for four fifths of the room at most. '
  'None where no mass is among the oldest, and none where there is room for all that wait.';
