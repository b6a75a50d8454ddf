create or replace function notify.trace(
  event_id uuid default null, notification_id uuid default null, recipient_id uuid default null
) returns setof notify.trace_entry
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  asked record;
begin
  select * into asked from notify_hidden.resolve_explain_target(trace.event_id, trace.notification_id, trace.recipient_id);
  return query
  with decision as (
    select d.channel, d.notification_id, d.outcome, d.rule, d.reason, d.decided_at, d.held_until
    from notify.decisions as d where d.event_id = asked.of_event_id and d.recipient_id = asked.of_recipient_id
  ),
  delivery as (
    select d.id, d.channel, d.provider, d.status, d.reason, d.created_at, d.sent_at, d.delivered_at, d.finished_at
    from (select distinct notification_id from decision where notification_id is not null) as n
    join notify.deliveries as d on d.notification_id = n.notification_id
  ),
  entry (channel, at, rank, delivery_id, what, status, reason, code, because) as (
    select h.channel, h.held_at, 1, null::uuid, 'held', null, h.reason, null,
      'Held by ' || h.rule || coalesce(' until ' || notify_hidden.format_instant((h.rule_inputs ->> 'until')::timestamptz,
        h.rule_inputs ->> 'zone'),
        '')
        || '.'
    from notify.holds as h where h.event_id = asked.of_event_id and h.recipient_id = asked.of_recipient_id
    union all
    select h.channel, h.released_at, 2, null, 'released', h.outcome, null, null, 'Judged again: ' || h.outcome || '.'
    from notify.holds as h
    where h.event_id = asked.of_event_id and h.recipient_id = asked.of_recipient_id and h.released_at is not null
    union all
    select i.channel, i.added_at, 3, null, 'gathered', g.frequency, null, null,
      'Gathered for the ' || g.frequency || ' digest of ' || notify_hidden.format_instant(g.due_at, null) || '.'
    from notify.digest_items as i join notify.digests as g on g.id = i.digest_id
    where i.event_id = asked.of_event_id and i.recipient_id = asked.of_recipient_id
    union all
    select i.channel, g.closed_at, 4, null, case when i.left_out is null then 'told' else 'left_out' end, g.frequency, i.left_out, null,
      case when i.left_out is null then 'Told in the digest, at place ' || i.position || ' of ' || g.item_count || '.'
        else 'Left out of the digest by ' || i.left_out || '.' end
    from notify.digest_items as i join notify.digests as g on g.id = i.digest_id
    where i.event_id = asked.of_event_id and i.recipient_id = asked.of_recipient_id and g.closed_at is not null
    union all
    select d.channel, d.decided_at, 5, null, case d.outcome when 'send' then 'told' else 'suppressed' end, null, d.reason, null,
      case d.outcome when 'send' then 'No rule held it back.' else 'Suppressed by ' || d.rule || '.' end
    from decision as d where d.outcome in ('send', 'suppress')
    union all
    select d.channel, d.created_at, 6, d.id, 'queued', null, null, d.provider, 'A delivery over ' || d.provider || '.'
    from delivery as d
    union all
    select d.channel, a.finished_at, 7, d.id, 'attempt', a.outcome, a.reason, a.code,
      'Attempt ' || a.attempt || ' at ' || d.provider || ': ' || a.outcome || coalesce(' (' || a.reason || ')', '') || '.'
    from delivery as d join notify.delivery_attempts as a on a.delivery_id = d.id
    union all
    select d.channel, r.occurred_at, 8, d.id, 'receipt', r.kind, r.reason, r.code, 'The ' || r.source || ' reported: ' || r.kind || '.'
    from delivery as d join notify.receipts as r on r.delivery_id = d.id
    union all
    select d.channel, coalesce(d.finished_at, d.sent_at), 9, d.id, 'ended', d.status, d.reason, null,
      'The delivery is ' || d.status || coalesce(' (' || d.reason || ')', '') || '.'
    from delivery as d where d.status not in ('queued', 'sending')
    union all
    select null, e.at, 10, null, e.what, null, null, null, 'The person has ' || e.what || ' it.'
    from notify.notifications as n
    cross join lateral (values ('seen', n.seen_at), ('read', n.read_at), ('clicked', n.clicked_at),
      ('archived', n.archived_at)) as e (what, at)
    where n.id in (select notification_id from decision) and e.at is not null
  )
  select
    asked.of_event_id as event_id,
    asked.of_recipient_id as recipient_id,
    e.channel,
    e.at,
    e.delivery_id,
    e.what,
    e.status,
    e.reason,
    e.code,
    e.because
  from entry as e order by e.at, e.rank, e.channel, e.delivery_id;
end
$$;
comment on function notify.trace(uuid, uuid, uuid) is
  'What became of a candidate, in the order of time: how it was held and gathered, its deliveries, attempts, receipts, and '
  'what the person did. Reads as the caller: people see their own, operators all (with recipient_id, or by the notification).';
grant execute on function notify.trace(uuid, uuid, uuid) to rowbell_user, rowbell_operator;
