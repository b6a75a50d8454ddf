create or replace function trips_private.tg_expense_shares__tell() returns trigger
language plpgsql volatile
-- Definer: whoever may share expenses need not be able to insert events.
security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from inserted) then
    return null;
  end if;
  insert into notify.events (type_key, actor_id, subject_type, subject_id, data)
  select distinct 'expense_added', e.submitter_id, 'trip', e.trip_id, pg_catalog.jsonb_build_object('expenseId', e.id)
  from inserted as i join trips.expenses as e on e.id = i.expense_id;
  return null;
end
$$;
comment on function trips_private.tg_expense_shares__tell() is
  'TR-12: an expense is shared with somebody. One event an expense and statement; '
  'who was told already is not told twice, because the key names the expense.';

create or replace trigger _900_tell
  after insert on trips.expense_shares
  referencing new table as inserted
  for each statement execute function trips_private.tg_expense_shares__tell();
