create or replace function notify.delete_device(device_id uuid) returns boolean
language plpgsql volatile
-- Definer: nobody may delete from the table; this deletes the caller's own and no other.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.require_user();
begin
  delete from notify.devices as d where d.id = delete_device.device_id and d.user_id = me;
  return found;
end
$$;
comment on function notify.delete_device(uuid) is
  'Removes one of the caller''s devices, by its id; for a list of devices, '
  'where tokens are not shown. False where the caller has none such.';
grant execute on function notify.delete_device(uuid) to rowbell_user;
