create or replace function notify.rotate_webhook_secret(endpoint_id uuid, overlap_hours integer default 24)
returns notify.webhook_secret
language plpgsql volatile
-- Definer: nobody may read or write a secret; this makes one for the caller's own endpoint and shows it once.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return notify_private.replace_webhook_secret(
    notify_private.require_user(), rotate_webhook_secret.endpoint_id, null, rotate_webhook_secret.overlap_hours);
end
$$;
comment on function notify.rotate_webhook_secret(uuid, integer) is
  'Makes a new signing secret for one of the caller''s webhook endpoints and shows it this once. For overlap_hours (0 to 168, a day unless '
  'told) calls are signed with the old secret, too, so the receiver may change over at any time; 0 ends the old one at once.';
grant execute on function notify.rotate_webhook_secret(uuid, integer) to rowbell_user;
