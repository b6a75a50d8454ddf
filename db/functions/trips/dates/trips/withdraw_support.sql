create or replace function trips.withdraw_support(date_window_id uuid) returns trips.date_windows
language plpgsql volatile
-- Definer: people have no grant to write here; it removes the caller's own row alone.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  suggestion constant trips.date_windows := trips_private.require_date_window(withdraw_support.date_window_id);
begin
  delete from trips.date_window_supports as s where s.date_window_id = suggestion.id and s.user_id = me;
  return suggestion;
end
$$;
comment on function trips.withdraw_support(uuid) is 'The caller no longer likes these dates; nobody is told. Idempotent.';
grant execute on function trips.withdraw_support(uuid) to rowbell_user;
