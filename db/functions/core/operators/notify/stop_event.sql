create or replace function notify.stop_event(event_id uuid, note text) returns notify.event_stop
language plpgsql volatile
-- Definer: operators do not write the engine's tables. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  stopped notify.cancellation;
  was_planned boolean;
  deliveries_out integer;
begin
  select e.planned_at is not null into was_planned from notify.events as e where e.id = event_id;
  if not found then
    raise exception 'event_id: there is no such event' using errcode = 'RBNFD', column = 'event_id';
  end if;
  stopped := notify_private.cancel_events(array[event_id]);
  select pg_catalog.count(*) into deliveries_out
  from notify.decisions as c
  join notify.deliveries as d on d.notification_id = c.notification_id and d.channel = c.channel
  where c.event_id = event_id and d.status in ('sending', 'sent', 'delivered', 'unknown');
  perform notify_private.record_operator_action('stop_event', event_id::text, note, pg_catalog.jsonb_build_object(
    'deliveriesOut', deliveries_out, 'deliveriesStopped', stopped.deliveries, 'candidatesStopped', stopped.waiting));
  return (
    select s::notify.event_stop
    from (
      select event_id as event_id, was_planned as was_planned, deliveries_out as deliveries_out,
        stopped.deliveries as deliveries_stopped, stopped.waiting as candidates_stopped
    ) as s
  );
end
$$;
comment on function notify.stop_event(uuid, text) is
  'For operators: nothing more is planned, released or sent of an event, whoever made it. Says how many deliveries are out already and how '
  'many were stopped; of one that was stopped before, none.';
grant execute on function notify.stop_event(uuid, text) to rowbell_operator;
