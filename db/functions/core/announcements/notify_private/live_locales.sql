create or replace function notify_private.live_locales(people uuid[]) returns table (user_id uuid, locale text)
language sql stable
-- Definer: as live_announcements().
security definer set search_path = pg_catalog, pg_temp
as $$
  select u.id, u.locale from notify.users as u where u.id = any (people)
$$;
comment on function notify_private.live_locales(uuid[]) is 'The languages of people who are connected.';
grant execute on function notify_private.live_locales(uuid[]) to rowbell_live;
