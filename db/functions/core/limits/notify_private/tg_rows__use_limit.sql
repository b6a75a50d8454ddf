create or replace function notify_private.tg_rows__use_limit() returns trigger
language plpgsql volatile
-- Definer: whoever may write need not be able to count.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.limited_user();
begin
  if me is not null then
    perform notify_private.use_limit(tg_argv[0], me, (select count(*) from written));
  end if;
  return null;
end
$$;
comment on function notify_private.tg_rows__use_limit() is
  'SE-5, SE-14: rows that a person writes use up the limit that the trigger names, whichever function they come by. For the tables of '
  'packs, too, whose triggers stand in their use_limits.sql.';

create or replace trigger _200_use_limit
  after insert on notify.email_verifications
  referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('email_verifications');
create or replace trigger _210_use_limit
  after insert on notify.devices
  referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('device_registrations');
create or replace trigger _210_use_limit
  after insert on notify.webhook_endpoints
  referencing new table as written
  for each statement execute function notify_private.tg_rows__use_limit('webhook_registrations');
