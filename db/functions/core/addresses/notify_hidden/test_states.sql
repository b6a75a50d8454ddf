create or replace function notify_hidden.test_states(event_ids uuid[]) returns table (
  event_id uuid, delivery_id uuid, status text, reason text, code text, settled boolean
)
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select
    d.event_id, v.id,
    coalesce(v.status, case d.outcome when 'suppress' then 'suppressed' end, 'queued'),
    coalesce(v.reason, a.reason, d.reason), a.code,
    d.outcome = 'suppress' or a.attempt is not null or v.finished_at is not null
  from notify.decisions as d
  left join notify.deliveries as v on v.notification_id = d.notification_id and v.channel = d.channel
  left join lateral (
    select t.attempt, t.reason, t.code from notify.delivery_attempts as t
    where t.delivery_id = v.id order by t.attempt desc limit 1
  ) as a on true
  where d.event_id = any (event_ids) and d.recipient_id = (select notify_hidden.current_user_id())
$$;
comment on function notify_hidden.test_states(uuid[]) is
  'Where the caller''s tests stand, each of one channel; no row for one '
  'that is not planned yet. Reads as the caller, under their policies.';
grant execute on function notify_hidden.test_states(uuid[]) to rowbell_user;
