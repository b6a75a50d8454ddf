create or replace function notify_private.record_suspects(
  sender notify.senders, answers notify_private.answer[], sent_at timestamptz, at timestamptz
) returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  delete from notify_private.suspects as s
  where s.sender_id = (sender).id and s.device_id in (select a.device_id from unnest(answers) as a where a.outcome = 'accepted');
  insert into notify_private.suspects as s (sender_id, origin, device_id, user_id, since, said_at)
  select distinct on (a.origin, a.device_id) (sender).id, a.origin, a.device_id, a.user_id, at, at
  from unnest(answers) as a
  where a.is_doubtful
  order by a.origin, a.device_id
  on conflict (sender_id, origin, device_id) do update set said_at = excluded.said_at;
  -- No more than are needed, and ten: otherwise a good year would outweigh the many of one bad day.
  with accepted as (
    select distinct a.origin, a.user_id from unnest(answers) as a where a.outcome = 'accepted'
  ), needed as (
    select o.origin, w.people_against + 10 - w.people_for as people
    from (select distinct a.origin from accepted as a) as o
    cross join lateral notify_private.weigh_evidence(sender, o.origin, at) as w
  ), new as (
    select a.origin, a.user_id, pg_catalog.row_number() over (partition by a.origin order by a.user_id) as n
    from accepted as a
    where not exists (
      select from notify_private.evidence as e
      where e.sender_id = (sender).id and e.origin = a.origin and e.user_id = a.user_id
        and e.accepted_at >= greatest((sender).credentials_changed_at, at - interval '15 days')
    )
  )
  insert into notify_private.evidence (sender_id, origin, user_id, accepted_at)
  select (sender).id, n.origin, n.user_id, sent_at
  from new as n join needed as d on d.origin = n.origin
  where n.n <= d.people
  order by n.origin, n.user_id
  on conflict (sender_id, origin, user_id) do update set accepted_at = excluded.accepted_at
$$;
comment on function notify_private.record_suspects(notify.senders, notify_private.answer[], timestamptz, timestamptz) is
  'Remembers the addresses of which doubtful things were said, forgets those that took something after all, and notes who was accepted '
  'meanwhile. sent_at: when the messages were handed over.';
