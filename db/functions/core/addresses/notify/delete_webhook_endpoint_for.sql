create or replace function notify.delete_webhook_endpoint_for(user_id uuid, endpoint_id uuid) returns boolean
language plpgsql volatile
-- Definer: as delete_webhook_endpoint(). Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  delete from notify.webhook_endpoints as w
  where w.id = delete_webhook_endpoint_for.endpoint_id and w.user_id = delete_webhook_endpoint_for.user_id;
  return found;
end
$$;
comment on function notify.delete_webhook_endpoint_for(uuid, uuid) is
  'For services: removes a webhook endpoint of a person, as they could themselves. False where they have none such.';
grant execute on function notify.delete_webhook_endpoint_for(uuid, uuid) to rowbell_writer;
