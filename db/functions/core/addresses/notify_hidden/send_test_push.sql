create or replace function notify_hidden.send_test_push(device_id uuid default null) returns table (tested_device_id uuid, event_id uuid)
language plpgsql volatile
-- Definer: people may not make events; this makes one kind, about their own devices.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_user();
  devices uuid[];
begin
  devices := array(
    select d.id from notify.devices as d
    where d.user_id = me and d.deactivated_at is null
      and (send_test_push.device_id is null or d.id = send_test_push.device_id)
    order by d.registered_at desc
    limit 20
  );
  if pg_catalog.cardinality(devices) = 0 then
    if send_test_push.device_id is null then
      raise exception 'you have no device that can be pushed to' using errcode = 'RBNFD';
    end if;
    raise exception 'device_id: %', case
      when exists (select from notify.devices as d where d.id = send_test_push.device_id and d.user_id = me)
        then 'the provider says this device is gone; register it again'
      else 'you have no such device'
    end using errcode = 'RBNFD', column = 'device_id';
  end if;
  perform notify_private.use_limit('test_pushes', me);
  perform notify_private.use_limit('devices_tested', me, pg_catalog.cardinality(devices));
  return query
  insert into notify.events (type_key, actor_id, subject_type, subject_id, only_device_id)
  select 'test_push', me, 'device', d.device, d.device
  from unnest(devices) with ordinality as d (device, n) order by d.n
  returning only_device_id, id;
end
$$;
comment on function notify_hidden.send_test_push(uuid) is
  'Sends a test to one of the caller''s devices, or to each (the 20 last registered). Bounded by the limits test_pushes and '
  'devices_tested. The mutation testPush calls it and waits for the verdicts.';
grant execute on function notify_hidden.send_test_push(uuid) to rowbell_user;
