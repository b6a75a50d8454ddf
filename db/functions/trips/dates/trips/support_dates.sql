create or replace function trips.support_dates(date_window_id uuid) returns trips.date_windows
language plpgsql volatile
-- Definer: people have no grant to write here; the first lines check the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_known_user();
  suggestion constant trips.date_windows := trips_private.require_date_window(support_dates.date_window_id);
begin
  insert into trips.date_window_supports (date_window_id, user_id) values (suggestion.id, me)
  on conflict (date_window_id, user_id) do nothing;
  return suggestion;
end
$$;
comment on function trips.support_dates(uuid) is
  'The caller likes dates suggested for a trip they travel on; whoever suggested them is told. Twice is once.';
grant execute on function trips.support_dates(uuid) to rowbell_user;
