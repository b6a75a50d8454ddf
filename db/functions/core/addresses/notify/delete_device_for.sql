create or replace function notify.delete_device_for(user_id uuid, device_id uuid) returns boolean
language plpgsql volatile
-- Definer: as delete_device(). Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  delete from notify.devices as d where d.id = delete_device_for.device_id and d.user_id = delete_device_for.user_id;
  return found;
end
$$;
comment on function notify.delete_device_for(uuid, uuid) is
  'For services: removes a device of a person, as they could themselves. False where they have none such.';
grant execute on function notify.delete_device_for(uuid, uuid) to rowbell_writer;
