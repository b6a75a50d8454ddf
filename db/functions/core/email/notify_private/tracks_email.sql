create or replace function notify_private.tracks_email(user_id uuid) returns boolean
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select coalesce(
    (select c.granted from notify.tracking_consents as c where c.user_id = tracks_email.user_id order by c.id desc limit 1), false)
$$;
comment on function notify_private.tracks_email(uuid) is
  'Whether a person agreed, and still does, that opens and clicks of their email are noted.';
