create or replace function coaching_private.tg_users__align_calls() returns trigger
language plpgsql volatile
-- Definer: whoever changes a person need not know of their calls.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  -- "Except" is by hash or sort, however many there are and were when this was planned; a join of old and new rows may be a nested loop.
  changed constant uuid[] := array(
    select x.id from (select n.id, n.time_zone from updated as n except select o.id, o.time_zone from outdated as o) as x
  );
begin
  if pg_catalog.cardinality(changed) > 0 then
    perform coaching_private.align_calls(array(
      select s.id from coaching.call_schedules as s where s.user_id = any (changed) and s.active
    ));
  end if;
  return null;
end
$$;
comment on function coaching_private.tg_users__align_calls() is 'CP-8: who changes their time zone keeps their wall-clock time.';

create or replace trigger _500_align_coaching_calls
  after update on notify.users
  referencing old table as outdated new table as updated
  for each statement execute function coaching_private.tg_users__align_calls();
