create or replace function notify.reset_preferences() returns integer
language plpgsql volatile
-- Definer: there is no delete grant; this deletes the caller's own choices and no others.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me constant uuid := notify_private.require_user();
  taken_back integer;
begin
  -- People before what belongs to them, as the engine locks.
  perform from notify.users as u where u.id = me for no key update;
  with of_types as (delete from notify.preferences as p where p.user_id = me returning p.type_key, p.channel),
  of_categories as (delete from notify.category_preferences as p where p.user_id = me returning p.category, p.channel)
  select
    (select count(*) from of_types as x where notify_private.uses_channel(x.type_key, null, x.channel))
    + (select count(*) from of_categories as x where notify_private.uses_channel(null, x.category, x.channel))
  into taken_back;
  return taken_back;
end
$$;
comment on function notify.reset_preferences() is
  'Takes all of the caller''s choices back, for types and categories, so '
  'that the defaults hold, now and as they change; how many there were.';
grant execute on function notify.reset_preferences() to rowbell_user;
