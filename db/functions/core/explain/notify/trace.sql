create or replace function notify.trace(
  event_id uuid default null, notification_id uuid default null, recipient_id uuid default null
) returns setof notify.trace_entry
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  asked record;
  reader jsonb;
begin
  select * into asked from notify_hidden.resolve_explain_target(trace.event_id, trace.notification_id, trace.recipient_id);
  reader := notify_hidden.reader_of(asked.of_event_id, asked.of_recipient_id);
  return query
  with decision as (
    select d.channel, d.notification_id, d.outcome, d.rule, d.reason, d.inputs, d.rule_inputs, d.decided_at
    from notify.decisions as d where d.event_id = asked.of_event_id and d.recipient_id = asked.of_recipient_id
  ),
  delivery as (
    select d.id, d.channel, d.provider, d.status, d.reason, d.created_at, d.sent_at, d.delivered_at, d.finished_at,
      jsonb_build_object('words', array['provider.' || d.provider, 'provider.other']) as carrier
    from (select distinct notification_id from decision where notification_id is not null) as n
    join notify.deliveries as d on d.notification_id = n.notification_id
  ),
  -- In the order of time, also where one ends at the instant at which the next begins.
  hold as (
    select
      h.*, row_number() over (partition by h.channel order by h.held_at, h.released_at)::integer as nth
    from notify.holds as h
    where h.event_id = asked.of_event_id and h.recipient_id = asked.of_recipient_id
  ),
  item as (
    select i.channel, i.added_at, i.position, i.left_out, g.frequency, g.due_at, g.closed_at, g.item_count
    from notify.digest_items as i join notify.digests as g on g.id = i.digest_id
    where i.event_id = asked.of_event_id and i.recipient_id = asked.of_recipient_id
  ),
  -- What is said is chosen by keys (notify_private.sentences); why, where a reason has a sentence of its own, follows it.
  entry (channel, at, rank, delivery_id, what, status, reason, code, keys, variables, explained) as (
    select h.channel, h.held_at, 2 * h.nth, null::uuid, 'held', null, h.reason, null, null::text[], null::jsonb,
      notify_hidden.rule_explanation(h.rule, 'held', h.reason,
        case when h.rule = 'fallback' then h.due_at else coalesce((h.rule_inputs ->> 'until')::timestamptz, h.due_at) end,
        coalesce(h.rule_inputs, '{}') || coalesce(h.inputs, '{}'), h.channel, reader)
    from hold as h
    union all
    select h.channel, h.released_at, 2 * h.nth + 1, null, 'released', h.outcome, null, null, array['released.' || h.outcome], null, null
    from hold as h where h.released_at is not null
    union all
    select i.channel, i.added_at, 3, null, 'gathered', i.frequency, null, null, array['gathered.' || i.frequency],
      jsonb_build_object('Until', jsonb_build_object('instant', i.due_at)), null
    from item as i
    union all
    select i.channel, i.closed_at, 4, null, case when i.left_out is null then 'told' else 'left_out' end, i.frequency, i.left_out, null,
      array[case when i.left_out is null then 'told.digest' else 'left_out' end],
      jsonb_build_object('Position', i.position, 'Total', i.item_count), null
    from item as i where i.closed_at is not null
    union all
    select d.channel, d.decided_at, 5, null, case d.outcome when 'send' then 'told' else 'suppressed' end, null, d.reason, null,
      case d.outcome when 'send' then array['told.' || d.channel, 'told'] end,
      jsonb_build_object('Channel', jsonb_build_object('words', array['channel.' || d.channel, 'channel.other'])),
      case d.outcome when 'suppress' then notify_hidden.rule_explanation(
        d.rule, 'suppressed', d.reason, null, coalesce(d.rule_inputs, '{}') || coalesce(d.inputs, '{}'), d.channel, reader) end
    from decision as d where d.outcome in ('send', 'suppress')
    union all
    select d.channel, d.created_at, 6, d.id, 'queued', null, null, d.provider, array['queued.' || d.channel, 'queued'],
      jsonb_build_object('Provider', d.carrier), null
    from delivery as d
    union all
    select d.channel, a.finished_at, 7, d.id, 'attempt', a.outcome, a.reason, a.code, array['attempt.' || a.outcome],
      jsonb_build_object('Attempt', a.attempt, 'Provider', d.carrier), null
    from delivery as d join notify.delivery_attempts as a on a.delivery_id = d.id
    union all
    select d.channel, r.occurred_at, 8, d.id, 'receipt', r.kind, r.reason, r.code, array['receipt.' || r.kind], null, null
    from delivery as d join notify.receipts as r on r.delivery_id = d.id
    union all
    select d.channel, coalesce(d.finished_at, d.sent_at), 9, d.id, 'ended', d.status,
      d.reason, null, array['ended.' || d.status], null, null
    from delivery as d where d.status not in ('queued', 'sending')
    union all
    select null, e.at, 10, null, e.what, null, null, null, array['did.' || e.what], null, null
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
    concat_ws(' ',
      e.explained,
      notify_hidden.sentence(e.keys, reader, coalesce(e.variables, '{}')),
      case when e.what in ('attempt', 'receipt', 'ended') and e.status not in ('accepted', 'sent', 'delivered', e.reason) then
        notify_hidden.sentence(array['reason.' || e.reason, 'reason.other'], reader) end) as because
  -- What waited and went on at one instant first, each stay before the next.
  from entry as e order by e.at, e.what not in ('held', 'released'), e.rank, e.channel, e.delivery_id;
end
$$;
comment on function notify.trace(uuid, uuid, uuid) is
  'What became of a candidate, in the order of time: how it was held and gathered, its deliveries, attempts, receipts, and '
  'what the person did. Reads as the caller: people see their own, operators all (with recipient_id, or by the notification).';
grant execute on function notify.trace(uuid, uuid, uuid) to rowbell_user, rowbell_operator;
