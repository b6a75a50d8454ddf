create or replace function notify.reset_preference(type_key text, channel text default null) returns boolean
language plpgsql volatile
-- Definer: there is no delete grant; this deletes the caller's own choice and no other.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  me constant uuid := notify_private.require_user();
begin
  -- People before what belongs to them, as the engine locks.
  perform from notify.users as u where u.id = me for no key update;
  delete from notify.preferences as p
  where p.user_id = me and p.type_key = reset_preference.type_key
    and (reset_preference.channel is null or p.channel = reset_preference.channel);
  return found;
end
$$;
comment on function notify.reset_preference(text, text) is
  'Takes the caller''s own choice for a type back, on a channel or on all, so that the '
  'category''s choice or the type''s default holds again. False where there was none.';
grant execute on function notify.reset_preference(text, text) to rowbell_user;
