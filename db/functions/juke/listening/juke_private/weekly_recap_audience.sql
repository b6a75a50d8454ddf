-- Plain SQL without settings, as every audience: plan() pages through it.
create or replace function juke_private.weekly_recap_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select
    e.id, u.id, 'default',
    pg_catalog.jsonb_build_object(
      'Week', pg_catalog.to_char((e.data ->> 'local_date')::pg_catalog.date - 7, 'IYYY"-W"IW'),
      'Minutes', pg_catalog.ceil(w.seconds / 60.0), 'Sessions', w.sittings, 'TopArtist', w.artist, 'TopTrack', w.track)
  from notify.events as e
  join notify.users as u on coalesce(u.time_zone, 'UTC') = e.data ->> 'time_zone'
  -- From Monday to Monday on the clock of their own: 167 or 169 hours where the clocks changed.
  cross join lateral (
    select
      (d.day - 7)::timestamp at time zone d.zone as begins_at,
      d.day::timestamp at time zone d.zone as ends_at
    from (
      select (e.data ->> 'local_date')::pg_catalog.date as day, notify_hidden.clock_zone(e.data ->> 'time_zone') as zone
    ) as d
  ) as b
  -- A person's week is read once: asking three times, for the sums, the artist and the track, took twice as long.
  cross join lateral (
    select
      pg_catalog.sum(x.seconds) as seconds, pg_catalog.count(distinct x.sitting_key) as sittings,
      -- The longest heard; by name where two are alike, so that asking again says the same.
      (pg_catalog.array_agg(x.artist order by x.of_artist desc, x.artist))[1] as artist,
      (pg_catalog.array_agg(x.track order by x.of_track desc, x.track, x.artist))[1] as track
    from (
      select
        l.seconds, l.sitting_key, l.artist, l.track,
        pg_catalog.sum(l.seconds) over (partition by l.artist) as of_artist,
        pg_catalog.sum(l.seconds) over (partition by l.artist, l.track) as of_track
      from juke.listens as l
      where l.user_id = u.id and l.listened_at >= b.begins_at and l.listened_at < b.ends_at
    ) as x
    having pg_catalog.count(*) > 0
  ) as w
  where e.id = any (event_ids)
$$;
comment on function juke_private.weekly_recap_audience(uuid[]) is
  'JK-5: everybody in the event''s time zone who listened to something in the week before its day, with what they heard.';
