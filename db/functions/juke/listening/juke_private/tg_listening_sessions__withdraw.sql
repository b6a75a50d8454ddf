create or replace function juke_private.tg_listening_sessions__withdraw() returns trigger
language plpgsql volatile
-- Definer: whoever may end a listening session need not be able to change invites.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update juke.invites as i set status = 'withdrawn', answered_at = pg_catalog.clock_timestamp()
  from updated as n join outdated as o on o.id = n.id
  where n.ended_at is not null and o.ended_at is null and i.listening_session_id = n.id and i.status = 'pending';
  return null;
end
$$;
comment on function juke_private.tg_listening_sessions__withdraw() is
  'JK-3: a listening session that ends withdraws the invites nobody answered.';

create or replace trigger _500_withdraw
  after update on juke.listening_sessions
  referencing old table as outdated new table as updated
  for each statement execute function juke_private.tg_listening_sessions__withdraw();
