create or replace function notify.my_preferences(at timestamptz default null) returns setof notify.effective_preference
language sql stable
-- Definer: what types once were is in the record of changes, which people do not read. It answers about the caller alone.
security definer set search_path = pg_catalog, pg_temp
as $$
  select p.* from notify_private.effective_preferences(notify_hidden.current_user_id(), at) as p
$$;
comment on function notify.my_preferences(timestamptz) is
  'For each type and channel in use: whether and how often the caller gets it, and whose word that is. at: as it was at an instant.';
grant execute on function notify.my_preferences(timestamptz) to rowbell_user;
