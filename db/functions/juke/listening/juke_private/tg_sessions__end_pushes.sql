create or replace function juke_private.tg_sessions__end_pushes() returns trigger
language plpgsql volatile
-- Definer: whoever may end a session need not be able to remove devices.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- No join: where statistics say that nobody has ended, it would be a nested loop over everybody who just has.
  perform notify_private.end_sessions(array_agg(n.user_id), array_agg(n.id))
  from updated as n
  where n.ended_at is not null and n.id not in (select o.id from outdated as o where o.ended_at is not null)
  having count(*) > 0;
  return null;
end
$$;
comment on function juke_private.tg_sessions__end_pushes() is
  'JK-2: a session that ends takes its devices along, and with them whatever is queued for them; its tokens are refused.';

create or replace trigger _500_end_pushes
  after update on juke.sessions
  referencing old table as outdated new table as updated
  for each statement execute function juke_private.tg_sessions__end_pushes();
