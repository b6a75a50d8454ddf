create or replace function notify.rotate_webhook_secret_for(
  user_id uuid, endpoint_id uuid, overlap_hours integer default 24, secret text default null
) returns notify.webhook_secret
language plpgsql volatile
-- Definer: as rotate_webhook_secret(). Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return notify_private.replace_webhook_secret(
    rotate_webhook_secret_for.user_id, rotate_webhook_secret_for.endpoint_id, rotate_webhook_secret_for.secret,
    rotate_webhook_secret_for.overlap_hours);
end
$$;
comment on function notify.rotate_webhook_secret_for(uuid, uuid, integer, text) is
  'For services: gives a person''s webhook endpoint another signing secret, as they could themselves; one that the '
  'receiver has already, or a new one.';
grant execute on function notify.rotate_webhook_secret_for(uuid, uuid, integer, text) to rowbell_writer;
