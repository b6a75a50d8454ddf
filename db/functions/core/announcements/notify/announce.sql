create or replace function notify.announce(
  texts notify.announcement_text[],
  note text,
  level text default 'info',
  action_url text default null,
  audience text default 'all',
  live_channel_name text default null,
  segment_key text default null,
  starts_at timestamptz default null,
  ends_at timestamptz default null
) returns notify.announcements
language plpgsql volatile
-- Definer: operators do not write the table. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  begins constant timestamptz := greatest(coalesce(announce.starts_at, at), at);
  wrong text[] := case
    when coalesce(announce.level, '') not in ('info', 'warning', 'critical') then array['level', 'must be info, warning or critical']
    when coalesce(announce.audience, '') not in ('all', 'channel', 'segment') then array['audience', 'must be all, channel or segment']
    when (announce.live_channel_name is not null) <> (announce.audience = 'channel')
      then array['live_channel_name', 'must be given for the audience channel, and only then']
    when (announce.segment_key is not null) <> (announce.audience = 'segment')
      then array['segment_key', 'must be given for the audience segment, and only then']
    when announce.action_url is not null and not notify_private.is_link(announce.action_url, false)
      then array['action_url', 'must be a path, an https URL or a deep link of the app']
    when begins > at + interval '90 days' then array['starts_at', 'must lie within 90 days']
    when announce.ends_at <= begins then array['ends_at', 'must come after its beginning']
    when notify_private.wrong_announcement_texts(announce.texts, announce.action_url is not null) is not null
      then array['texts', notify_private.wrong_announcement_texts(announce.texts, announce.action_url is not null)]
  end;
  made notify.announcements;
begin
  if wrong is null and announce.live_channel_name is not null
    and not exists (select from notify.live_channels as c where c.name = announce.live_channel_name) then
    wrong := array['live_channel_name', 'there is no such channel'];
  elsif wrong is null and announce.segment_key is not null
    and not exists (select from notify.segments as s where s.key = announce.segment_key) then
    wrong := array['segment_key', 'there is no such segment'];
  end if;
  if wrong is not null then
    raise exception '%: %', wrong[1], wrong[2] using errcode = 'RBINV', column = wrong[1];
  end if;
  -- Two operators at once must not both be the last.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('notify.announcements'));
  if (select pg_catalog.count(*) from notify.announcements as a where a.ends_at is null or a.ends_at > at) >= 20 then
    raise exception 'twenty announcements are made already: withdraw one first' using errcode = 'RBCFL';
  end if;
  insert into notify.announcements as a (level, texts, audience, live_channel_name, segment_key, starts_at, ends_at)
  select
    announce.level,
    pg_catalog.jsonb_object_agg(t.language, pg_catalog.jsonb_build_object('title', t.title, 'body', t.body,
      'action', case when t.action is not null then pg_catalog.jsonb_build_object('title', t.action, 'url', announce.action_url) end)),
    announce.audience, announce.live_channel_name, announce.segment_key, begins, announce.ends_at
  from unnest(announce.texts) as t
  returning a.* into made;
  perform notify_private.record_operator_action('announce', made.id::text, announce.note, pg_catalog.jsonb_build_object(
    'audience', coalesce(made.live_channel_name, made.segment_key, made.audience), 'level', made.level,
    'startsAt', made.starts_at, 'endsAt', made.ends_at));
  return made;
end
$$;
comment on function notify.announce(notify.announcement_text[], text, text, text, text, text, text, timestamptz, timestamptz) is $$
@values level AnnouncementLevel: info warning critical
@values audience AnnouncementAudience: all channel segment
For operators: shows a banner to people who are connected, at once and as they come, from starts_at (now unless told) until ends_at
(until it is withdrawn unless told). texts: by language, English among them; action is the title of the link action_url. audience: all,
those who watch a live channel, or those of a segment. At most twenty at a time.
$$;
grant execute on function notify.announce(notify.announcement_text[], text, text, text, text, text, text, timestamptz, timestamptz)
  to rowbell_operator;
