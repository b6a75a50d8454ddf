create or replace function notify_private.tg_events__enqueue() returns trigger
language plpgsql volatile
-- Definer: whoever may insert an event need not be able to enqueue jobs.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  lane text;
begin
  for lane in
    select distinct case t.priority when 'P0' then 'urgent' else 'bulk' end
    from inserted as i join notify.notification_types as t on t.key = i.type_key
    -- What is due before the next poll sets the worker's clock; what is due later is the poller's.
    where i.due_at < pg_catalog.clock_timestamp() + interval '1100 milliseconds'
  loop
    perform notify_private.wake_workers(lane, 'event__plan');
  end loop;
  return null;
end
$$;
comment on function notify_private.tg_events__enqueue() is
  'Has inserted events that are due or nearly planned, per lane: in the transaction of the business write, so one commits with the other.';

create or replace trigger _900_enqueue
  after insert on notify.events
  referencing new table as inserted
  for each statement execute function notify_private.tg_events__enqueue();
