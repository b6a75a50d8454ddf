create or replace function notify.preferences_at(user_id uuid, at timestamptz) returns setof notify.effective_preference
language sql stable
-- Definer: the engine's view of preferences. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select p.* from notify_private.effective_preferences(preferences_at.user_id, preferences_at.at) as p
$$;
comment on function notify.preferences_at(uuid, timestamptz) is
  'For operators: what a person got of each type on each channel at an instant, type defaults as they were then included.';
grant execute on function notify.preferences_at(uuid, timestamptz) to rowbell_operator;
