create or replace function accounts_private.tg_balances__tell() returns trigger
language plpgsql volatile
-- Definer: whoever may write balances need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- The old row is the one that this statement replaced, also where it had to wait for another session: PostgreSQL looks
  -- again at what that one left. So of any number of sessions exactly the one that crosses sees a crossing.
  insert into notify.events (type_key, subject_type, subject_id, data)
  select 'low_balance', 'balance', c.id, pg_catalog.jsonb_build_object('amount', c.amount, 'threshold', c.low_threshold)
  from changed as c join outdated as o on o.id = c.id
  where c.is_low and not o.is_low
  order by c.id;
  return null;
end
$$;
comment on function accounts_private.tg_balances__tell() is
  'One event a crossing: low now, and not before, be it by the amount or by the threshold. A balance that begins low has crossed nothing.';

create or replace trigger _900_tell
  after update on accounts.balances
  referencing old table as outdated new table as changed
  for each statement execute function accounts_private.tg_balances__tell();
