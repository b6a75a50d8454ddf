create or replace function notify.register_webhook_endpoint(url text) returns notify.webhook_secret
language plpgsql volatile
-- Definer: nobody may read a secret; this makes the caller's own and shows it once.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return notify_private.add_webhook_endpoint(notify_private.require_known_user(), register_webhook_endpoint.url, null);
end
$$;
comment on function notify.register_webhook_endpoint(text) is
  'Registers an https address of the public internet that takes the caller''s notifications (Standard Webhooks). Answers with its signing '
  'secret, which is shown this once. Beyond the limit "webhook_endpoints" the oldest goes.';
grant execute on function notify.register_webhook_endpoint(text) to rowbell_user;
