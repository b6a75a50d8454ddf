create or replace function notify.delete_webhook_endpoint(endpoint_id uuid) returns boolean
language plpgsql volatile
-- Definer: nobody may delete from the table; this deletes the caller's own and no other.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.require_user();
begin
  delete from notify.webhook_endpoints as w where w.id = delete_webhook_endpoint.endpoint_id and w.user_id = me;
  return found;
end
$$;
comment on function notify.delete_webhook_endpoint(uuid) is
  'Removes one of the caller''s webhook endpoints: what still waits for it is not sent. False where the caller has none such.';
grant execute on function notify.delete_webhook_endpoint(uuid) to rowbell_user;
