create or replace function notify_private.tg_deliveries__invalidate_rollup() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  insert into notify_private.dirty_periods (span, starts_at)
  select distinct 'hour', notify_private.uuid_hour(c.id) from changed as c;
  return null;
end
$$;
comment on function notify_private.tg_deliveries__invalidate_rollup()
  is 'Deliveries changed: the metrics of their hours are to be counted again.';

create or replace trigger _600_invalidate_inserted
  after insert on notify.deliveries
  referencing new table as changed
  for each statement execute function notify_private.tg_deliveries__invalidate_rollup();
create or replace trigger _600_invalidate_updated
  after update on notify.deliveries
  referencing new table as changed
  for each statement execute function notify_private.tg_deliveries__invalidate_rollup();
create or replace trigger _600_invalidate_deleted
  after delete on notify.deliveries
  referencing old table as changed
  for each statement execute function notify_private.tg_deliveries__invalidate_rollup();
