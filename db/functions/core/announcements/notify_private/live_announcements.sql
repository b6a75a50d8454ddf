create or replace function notify_private.live_announcements()
  returns table (id uuid, audience text, live_channel_name text, segment_key text, starts_at timestamptz, ends_at timestamptz, frames jsonb)
language sql stable
-- Definer: whoever holds the connections reads no table. The grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select a.id, a.audience, a.live_channel_name, a.segment_key, a.starts_at, a.ends_at, (
    select jsonb_object_agg(t.key, t.value || jsonb_build_object(
      'id', a.id, 'level', a.level, 'startsAt', a.starts_at, 'endsAt', a.ends_at))
    from jsonb_each(a.texts) as t
  )
  from notify.announcements as a
  -- One that has just been withdrawn is told as well, with its end.
  where a.ends_at is null or a.ends_at > now() - interval '5 minutes'
  order by a.id
$$;
comment on function notify_private.live_announcements() is
  'Announcements that are shown now or later, or ended within five minutes, with what is shown of them by language.';
grant execute on function notify_private.live_announcements() to rowbell_live;
