create or replace function notify_private.tg_notification_types__check_rich_content() returns trigger
language plpgsql volatile
-- Definer: whoever may change a row of these need not be able to call what checks it.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform notify_private.check_rich_content(array(select c.key from changed as c));
  return null;
end
$$;
comment on function notify_private.tg_notification_types__check_rich_content() is
  'Pictures and buttons are refused where they are defined, not when somebody is to see them.';

create or replace trigger _200_check_new_rich_content
  after insert on notify.notification_types
  referencing new table as changed
  for each statement execute function notify_private.tg_notification_types__check_rich_content();

create or replace trigger _200_check_rich_content
  after update on notify.notification_types
  referencing new table as changed
  for each statement execute function notify_private.tg_notification_types__check_rich_content();
