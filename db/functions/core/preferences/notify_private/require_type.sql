create or replace function notify_private.require_type(type_key text) returns notify.notification_types
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  type notify.notification_types;
begin
  select t.* into type from notify.notification_types as t where t.key = require_type.type_key;
  if not found then
    raise exception 'type_key: there is no such notification type' using errcode = 'RBNFD', column = 'type_key';
  end if;
  return type;
end
$$;
comment on function notify_private.require_type(text) is
  'A notification type, in use or switched off for now; raises RBNFD where there is none.';
