create or replace function trips.add_expense(trip_id uuid, title text, amount numeric, currency text, shared_by uuid[])
  returns trips.expenses
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  trip constant trips.trips := trips_private.require_traveled_trip(add_expense.trip_id);
  people constant uuid[] := array(select distinct u from unnest(add_expense.shared_by) as u order by u);
  cents bigint;
  expense trips.expenses;
begin
  perform trips_private.check_text('title', add_expense.title, 200);
  if add_expense.amount is null or not (add_expense.amount > 0 and add_expense.amount < 10000000000)
    or add_expense.amount <> round(add_expense.amount, 2) then
    raise exception 'amount: must be more than nothing, with at most two decimals' using errcode = 'RBINV', column = 'amount';
  end if;
  if add_expense.currency is null or add_expense.currency !~ '^[A-Z]{3}$' then
    raise exception 'currency: must be a code of three letters (ISO 4217)' using errcode = 'RBINV', column = 'currency';
  end if;
  if pg_catalog.cardinality(people) = 0 then
    raise exception 'shared_by: must name at least one traveler' using errcode = 'RBINV', column = 'shared_by';
  end if;
  if exists (
    select from unnest(people) as p (id)
    where not exists (select from trips_private.active_travelers as a where a.trip_id = trip.id and a.user_id = p.id)
  ) then
    raise exception 'shared_by: not all of them travel on this trip' using errcode = 'RBNFD', column = 'shared_by';
  end if;
  insert into trips.expenses (trip_id, submitter_id, title, amount, currency)
  values (trip.id, me, add_expense.title, add_expense.amount, add_expense.currency) returning * into expense;
  cents := expense.amount * 100;
  -- In equal shares; the cents left over go to the first of them, one each.
  insert into trips.expense_shares (expense_id, user_id, amount)
  select expense.id, p.id,
    (cents / pg_catalog.cardinality(people) + case when p.place <= cents % pg_catalog.cardinality(people) then 1 else 0 end)::numeric / 100
  from unnest(people) with ordinality as p (id, place);
  return expense;
end
$$;
comment on function trips.add_expense(uuid, text, numeric, text, uuid[]) is
  'Adds what the caller, a traveler, paid, in equal shares of the travelers named; they are told, without the amount.';
grant execute on function trips.add_expense(uuid, text, numeric, text, uuid[]) to rowbell_user;
