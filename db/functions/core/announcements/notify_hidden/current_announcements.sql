create or replace function notify_hidden.current_announcements(channels text[] default '{}') returns setof jsonb
language sql stable set search_path = pg_catalog, pg_temp
as $$
  -- Reads as the caller, whom the policy shows what is for them.
  select t.said || jsonb_build_object('id', a.id, 'level', a.level, 'startsAt', a.starts_at, 'endsAt', a.ends_at)
  from notify.announcements as a
  left join notify.users as u on u.id = (select notify_hidden.current_user_id())
  cross join lateral (
    select coalesce(a.texts -> u.locale, a.texts -> pg_catalog.split_part(u.locale, '-', 1), a.texts -> 'en') as said
  ) as t
  where a.audience <> 'channel' or a.live_channel_name = any (channels)
  order by a.id
$$;
comment on function notify_hidden.current_announcements(text[]) is
  'What is announced to the caller at this moment, in their language; channels: the live channels that they watch.';
grant execute on function notify_hidden.current_announcements(text[]) to rowbell_user;
