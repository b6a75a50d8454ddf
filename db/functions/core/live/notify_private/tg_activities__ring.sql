create or replace function notify_private.tg_activities__ring() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  perform notify_private.ring_changed('a', 'm', array_agg(n.user_id), array_agg(n.id)) from added as n having count(*) > 0;
  return null;
end
$$;
comment on function notify_private.tg_activities__ring() is
  'Something was added to what people did: rings once for the statement. Kind a has the ids; kind m the people with more than 100.';

create or replace trigger _950_ring
  after insert on notify.activities
  referencing new table as added
  for each statement execute function notify_private.tg_activities__ring();
