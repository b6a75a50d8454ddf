create or replace function juke_private.tg_sessions__end_pushes() returns trigger
language plpgsql volatile
-- Definer: whoever may end a session need not be able to remove devices.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- What is queued for them ends when a worker takes it: it reads the device then.
  delete from notify.devices as d
  using updated as n join outdated as o on o.id = n.id
  where n.ended_at is not null and o.ended_at is null and d.session_id = n.id and d.user_id = n.user_id;
  return null;
end
$$;
comment on function juke_private.tg_sessions__end_pushes() is 'JK-2: a session that ends takes its devices along, and with them whatever is queued for them.';

create or replace trigger _500_end_pushes
  after update on juke.sessions
  referencing old table as outdated new table as updated
  for each statement execute function juke_private.tg_sessions__end_pushes();
