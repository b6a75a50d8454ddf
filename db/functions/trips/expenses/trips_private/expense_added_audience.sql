-- Plain SQL without settings, as every audience: it must be inlined into plan()'s query.
create or replace function trips_private.expense_added_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select e.event_id, a.user_id, 'default', e.variables
  from trips_private.trip_events as e
  join trips.expense_shares as s on s.expense_id = (e.data ->> 'expenseId')::pg_catalog.uuid
  join trips_private.active_travelers as a on a.trip_id = e.trip_id and a.user_id = s.user_id
  where e.event_id = any (event_ids) and a.user_id is distinct from e.actor_id
$$;
comment on function trips_private.expense_added_audience(uuid[]) is
  'TR-12: who shares the expense (data.expenseId) and still travels, except the submitter.';
