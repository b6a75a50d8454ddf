create or replace function notify.set_email_tracking(granted boolean) returns boolean
language plpgsql volatile
-- Definer: there is no insert grant; this records the caller's own word.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if granted is null then
    raise exception 'granted: is missing' using errcode = 'RBINV', column = 'granted';
  end if;
  return notify_private.record_tracking_consent(notify_private.require_user(), granted, 'person');
end
$$;
comment on function notify.set_email_tracking(boolean) is
  'Whether the caller agrees that opens and clicks of their email are noted; nobody does until they say so. What holds now.';
grant execute on function notify.set_email_tracking(boolean) to rowbell_user;
