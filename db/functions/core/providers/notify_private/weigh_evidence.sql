create or replace function notify_private.weigh_evidence(
  sender notify.senders, origin text, at timestamptz, out people_for bigint, out people_against bigint
)
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select count(e.user_id) filter (where e.is_for), count(distinct e.user_id) filter (where not e.is_for)
  from (
    select greatest((sender).credentials_changed_at, at - interval '30 days') as starts_at
  ) as s
  cross join lateral (
    select x.user_id, true as is_for from notify_private.evidence as x
    where x.sender_id = (sender).id and x.origin = weigh_evidence.origin and x.accepted_at >= s.starts_at
    union all
    select x.user_id, false from notify_private.evidence as x
    where x.sender_id = (sender).id and x.origin = weigh_evidence.origin and x.retired_at >= s.starts_at
    union all
    select x.user_id, false from notify_private.suspects as x
    where x.sender_id = (sender).id and x.origin = weigh_evidence.origin and x.said_at >= greatest(s.starts_at, at - interval '1 day')
  ) as e
$$;
comment on function notify_private.weigh_evidence(notify.senders, text, timestamptz) is
  'With the credentials that we have now, and in the last 30 days: how many people were accepted, and how many lost an address for '
  'suspect words or are in doubt.';
