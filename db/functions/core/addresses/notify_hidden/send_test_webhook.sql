create or replace function notify_hidden.send_test_webhook(endpoint_id uuid) returns uuid
language plpgsql volatile
-- Definer: people may not make events; this makes one kind, to their own endpoint.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.require_known_user();
begin
  perform notify_private.use_limit('test_webhooks', me);
  return notify_private.test_webhook_event(me, send_test_webhook.endpoint_id);
end
$$;
comment on function notify_hidden.send_test_webhook(uuid) is
  'Sends a test to one of the caller''s webhook endpoints; the event. Bounded by the '
  'limit test_webhooks. The mutation testWebhookEndpoint calls it and waits for the verdict.';
grant execute on function notify_hidden.send_test_webhook(uuid) to rowbell_user;
