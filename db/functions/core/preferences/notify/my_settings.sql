create or replace function notify.my_settings(at timestamptz default null) returns notify.effective_settings
language sql stable
-- Definer: the operators' settings are not for people to read, what follows from them for the caller is.
security definer set search_path = pg_catalog, pg_temp
as $$
  select notify_private.effective_settings(notify_hidden.current_user_id(), at)
$$;
comment on function notify.my_settings(timestamptz) is $$
@nullable
Quiet hours, pause, cap, digest times and time zone as they hold for the caller; "own" names what they decided
themselves. at: as it was at an instant.
$$;
grant execute on function notify.my_settings(timestamptz) to rowbell_user;
