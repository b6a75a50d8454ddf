create or replace function notify_private.note_suspects(provider text, answers notify_private.answer[], at timestamptz) returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  delete from notify_private.suspects as s
  where s.provider = note_suspects.provider and s.device_id in (select a.device_id from unnest(answers) as a where a.outcome = 'accepted');
  insert into notify_private.suspects as s (provider, origin, device_id, user_id, since, said_at)
  select distinct on (a.origin, a.device_id) note_suspects.provider, a.origin, a.device_id, a.user_id, at, at
  from unnest(answers) as a
  where a.is_doubtful
  order by a.origin, a.device_id
  on conflict (provider, origin, device_id) do update set said_at = excluded.said_at
$$;
comment on function notify_private.note_suspects(text, notify_private.answer[], timestamptz) is
  'Remembers the addresses of which doubtful things were said, and forgets those that took something after all.';
