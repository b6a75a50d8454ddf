create or replace function notify_private.tg_notifications__ring() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  me constant xid8 := pg_catalog.pg_current_xact_id();
  people uuid[];
  ids uuid[];
begin
  -- What nobody was told yet concerns no screen; what was not stamped is not another version. A stamp may be above one's own id:
  -- next_version().
  select array_agg(c.recipient_id), array_agg(c.id) into people, ids
  from changed as c where c.told_at is not null and c.changed_xid >= me;
  if ids is null then
    return null;
  end if;
  perform notify_private.ring_changed('n', 'r', people, ids);
  return null;
end
$$;
comment on function notify_private.tg_notifications__ring() is
  'What people see of these notifications changed: rings once for the statement. Kind n has their ids; kind r the people of '
  'whom more than 100 changed, whatever it was.';

create or replace trigger _950_ring_inserted
  after insert on notify.notifications
  referencing new table as changed
  for each statement execute function notify_private.tg_notifications__ring();
create or replace trigger _950_ring_updated
  after update on notify.notifications
  referencing new table as changed
  for each statement execute function notify_private.tg_notifications__ring();
