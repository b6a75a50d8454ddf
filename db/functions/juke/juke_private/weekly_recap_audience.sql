-- Plain SQL without settings, as every audience: plan() pages through it, person by person.
create or replace function juke_private.weekly_recap_audience(event_ids uuid[])
returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)
language sql stable
as $$
  select
    e.id, u.id, 'default'::text,
    pg_catalog.jsonb_build_object(
      'Week', to_char((e.data ->> 'local_date')::date - 7, 'IYYY"-W"IW'),
      'Minutes', ceil(w.seconds / 60.0), 'Sessions', w.sittings, 'TopArtist', a.artist, 'TopTrack', t.track)
  from notify.events as e
  join notify.users as u on coalesce(u.time_zone, 'UTC') = e.data ->> 'time_zone'
  -- From Monday to Monday on the clock of their own: 167 or 169 hours where the clocks changed.
  cross join lateral (
    select
      ((e.data ->> 'local_date')::date - 7)::timestamp at time zone (e.data ->> 'time_zone') as begins_at,
      (e.data ->> 'local_date')::date::timestamp at time zone (e.data ->> 'time_zone') as ends_at
  ) as b
  cross join lateral (
    select sum(l.seconds) as seconds, count(distinct l.sitting_key) as sittings
    from juke.listens as l where l.user_id = u.id and l.listened_at >= b.begins_at and l.listened_at < b.ends_at
    having count(*) > 0
  ) as w
  -- The longest heard; by name where two are alike, so that asking again says the same.
  cross join lateral (
    select l.artist from juke.listens as l where l.user_id = u.id and l.listened_at >= b.begins_at and l.listened_at < b.ends_at
    group by l.artist order by sum(l.seconds) desc, l.artist limit 1
  ) as a
  cross join lateral (
    select l.track from juke.listens as l where l.user_id = u.id and l.listened_at >= b.begins_at and l.listened_at < b.ends_at
    group by l.track, l.artist order by sum(l.seconds) desc, l.track, l.artist limit 1
  ) as t
  where e.id = any (event_ids)
$$;
comment on function juke_private.weekly_recap_audience(uuid[]) is
  'JK-5: everybody in the event''s time zone who listened to something in the week before its day, with what they heard.';
