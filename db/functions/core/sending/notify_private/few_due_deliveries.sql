create or replace function notify_private.few_due_deliveries(sender_id smallint, lane text, at timestamptz, wanted integer) returns uuid[]
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  below timestamptz := 'infinity';
  ids uuid[];
  due timestamptz[];
begin
  -- Slices of a mass, each of an instant: single ones are planned in between. Who is below the eighth waits for the oldest to be taken.
  for step in 1..8 loop
    select pg_catalog.array_agg(w.id), pg_catalog.array_agg(w.due_at) into ids, due
    from (
      select d.id, d.due_at from notify.deliveries as d
      where d.sender_id = sender_id and d.lane = lane and d.status = 'queued' and d.due_at <= at and d.due_at < below
      order by d.due_at desc limit wanted
    ) as w;
    exit when ids is null;
    if pg_catalog.cardinality(ids) = wanted then
      below := due[wanted];
      ids := ids[:pg_catalog.array_position(due, below) - 1];
      continue when pg_catalog.cardinality(ids) = 0;
    end if;
    return ids;
  end loop;
  return '{}';
end
$$;
comment on function notify_private.few_due_deliveries(smallint, text, timestamptz, integer) is
  'Due deliveries of a sender and lane that are not of a mass, the newest first: fewer than wanted, of instants '
  'at which few are due. What one call of plan() made is due at one instant (lock_few_events says the same of events).';
