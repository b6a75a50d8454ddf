create or replace function notify.test_webhook_endpoint_for(user_id uuid, endpoint_id uuid) returns uuid
language plpgsql volatile
-- Definer: it reads endpoints of everybody and names one in the event. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return notify_private.test_webhook_event(test_webhook_endpoint_for.user_id, test_webhook_endpoint_for.endpoint_id);
end
$$;
comment on function notify.test_webhook_endpoint_for(uuid, uuid) is
  'For services: sends a test to a webhook endpoint of a person; the event, whose delivery says what the receiver answered.';
grant execute on function notify.test_webhook_endpoint_for(uuid, uuid) to rowbell_writer;
