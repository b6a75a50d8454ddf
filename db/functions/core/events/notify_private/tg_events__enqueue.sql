create or replace function notify_private.tg_events__enqueue() returns trigger
language plpgsql volatile
-- Definer: whoever may insert an event need not be able to enqueue jobs.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- One add_jobs call however many rows: a single add_job costs 0.8 ms, add_jobs 7 us a row. What is due before the next
  -- poll asks for one (no ids), which sets the worker's clock; what is later is the poller's: a queue bloats with jobs of the future.
  perform graphile_worker.add_jobs(array(
    select notify_private.job(
      case e.priority when 'P0' then 'event__plan_urgent' else 'event__plan' end,
      case when e.is_due then pg_catalog.json_build_object('event_ids', pg_catalog.json_agg(e.id)) else '{}' end)
    from (
      select i.id, t.priority, d.is_due,
        case when d.is_due then (pg_catalog.row_number() over (partition by t.priority, d.is_due order by i.id) - 1) / 500 end as chunk
      from inserted as i join notify.notification_types as t on t.key = i.type_key
      cross join lateral (select i.due_at <= pg_catalog.now() as is_due) as d
      where i.due_at < pg_catalog.clock_timestamp() + interval '1100 milliseconds'
    ) as e
    group by e.priority, e.is_due, e.chunk
  ));
  return null;
end
$$;
comment on function notify_private.tg_events__enqueue() is
  'Enqueues the planning of inserted events that are due or nearly, per lane and '
  '500: in the transaction of the business write, so one commits with the other.';

create or replace trigger _900_enqueue
  after insert on notify.events
  referencing new table as inserted
  for each statement execute function notify_private.tg_events__enqueue();
