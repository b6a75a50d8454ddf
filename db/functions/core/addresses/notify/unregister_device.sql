create or replace function notify.unregister_device(provider text, token text) returns boolean
language plpgsql volatile
-- Definer: nobody may delete from the table or read a token; this deletes the caller's own and no other.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_user();
begin
  delete from notify.devices as d
  where d.user_id = me and d.provider = unregister_device.provider
    and d.token = notify_private.normalize_token(unregister_device.provider, unregister_device.token);
  return found;
end
$$;
comment on function notify.unregister_device(text, text) is
  'Removes exactly the caller''s device with this token. False where the caller has none, be it unknown or another''s.';
grant execute on function notify.unregister_device(text, text) to rowbell_user;
