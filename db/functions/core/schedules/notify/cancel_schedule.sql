create or replace function notify.cancel_schedule(schedule_id uuid) returns boolean
language plpgsql volatile
-- Definer: services do not write the engine's tables. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- The clocks first, as whoever fires them does.
  update notify.schedule_clocks as c set next_at = null where c.schedule_id = cancel_schedule.schedule_id and c.next_at is not null;
  update notify.schedules as s set canceled_at = pg_catalog.clock_timestamp()
    where s.id = cancel_schedule.schedule_id and s.canceled_at is null;
  return found;
end
$$;
comment on function notify.cancel_schedule(uuid) is
  'For services: ends a schedule from the caller''s commit on; events that it made stay '
  '(notify.cancel_event). False: it is unknown or was canceled before.';
grant execute on function notify.cancel_schedule(uuid) to rowbell_writer;
