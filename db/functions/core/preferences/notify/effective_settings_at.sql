create or replace function notify.effective_settings_at(user_id uuid, at timestamptz) returns notify.effective_settings
language sql stable
-- Definer: the engine's view of settings. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select notify_private.effective_settings(effective_settings_at.user_id, effective_settings_at.at)
$$;
comment on function notify.effective_settings_at(uuid, timestamptz) is $$
@nullable
For operators: the quiet hours, pause, cap, digest times and time zone that held for a person at an instant.
$$;
grant execute on function notify.effective_settings_at(uuid, timestamptz) to rowbell_operator;
