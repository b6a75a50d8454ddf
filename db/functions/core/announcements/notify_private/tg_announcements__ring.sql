create or replace function notify_private.tg_announcements__ring() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  perform notify_private.ring('b', array_agg('00000000-0000-0000-0000-000000000000'::uuid), array_agg(c.id))
  from changed as c having pg_catalog.count(*) > 0;
  return null;
end
$$;
comment on function notify_private.tg_announcements__ring() is
  'Something is announced or withdrawn: API processes tell whoever is connected to them.';

create or replace trigger _950_ring_inserted
  after insert on notify.announcements
  referencing new table as changed
  for each statement execute function notify_private.tg_announcements__ring();
create or replace trigger _950_ring_updated
  after update on notify.announcements
  referencing new table as changed
  for each statement execute function notify_private.tg_announcements__ring();
