create or replace function notify.register_webhook_endpoint_for(user_id uuid, url text, secret text default null)
returns notify.webhook_secret
language plpgsql volatile
-- Definer: as register_webhook_endpoint(). Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return notify_private.add_webhook_endpoint(
    register_webhook_endpoint_for.user_id, register_webhook_endpoint_for.url, register_webhook_endpoint_for.secret);
end
$$;
comment on function notify.register_webhook_endpoint_for(uuid, text, text) is
  'For services: registers a webhook endpoint of a person, as they could themselves; with a secret that the receiver has already, or a '
  'new one.';
grant execute on function notify.register_webhook_endpoint_for(uuid, text, text) to rowbell_writer;
