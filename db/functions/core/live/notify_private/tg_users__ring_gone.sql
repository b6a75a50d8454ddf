create or replace function notify_private.tg_users__ring_gone() returns trigger
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
  perform notify_private.ring('s', array_agg(g.id), array_agg('00000000-0000-0000-0000-000000000000'::uuid)) from gone as g;
  return null;
end
$$;
comment on function notify_private.tg_users__ring_gone() is
  'People were erased: API processes close their sockets.';

create or replace trigger _950_ring_gone
  after delete on notify.users
  referencing old table as gone
  for each statement execute function notify_private.tg_users__ring_gone();
