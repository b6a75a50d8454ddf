create or replace function notify_private.tg_notifications__invalidate_rollup() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  -- Their deliveries may have been made in later hours; finding these is left to whoever counts.
  insert into notify_private.dirty_periods (span, starts_at)
  select distinct 'notifications', notify_private.uuid_hour(c.id) from changed as c;
  return null;
end
$$;
comment on function notify_private.tg_notifications__invalidate_rollup() is
  'Notifications were read: the metrics of their deliveries'' hours are to be counted '
  'again. Inserting and deleting them says nothing that their deliveries do not.';

create or replace trigger _600_invalidate_updated
  after update on notify.notifications
  referencing new table as changed
  for each statement execute function notify_private.tg_notifications__invalidate_rollup();
