create or replace function notify.explain(
  event_id uuid default null, notification_id uuid default null, recipient_id uuid default null
) returns setof notify.explanation
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  asked record;
  event record;
  reader jsonb;
begin
  select * into asked from notify_hidden.resolve_explain_target(explain.event_id, explain.notification_id, explain.recipient_id);
  reader := notify_hidden.reader_of(asked.of_event_id, asked.of_recipient_id);
  return query
  with judgement as (
    select
      j.*, row_number() over (partition by j.channel order by j.at, j.nth)::integer as judgement
    from (
      select h.channel, 1 as nth, h.held_at as at, 'hold' as outcome, h.rule, h.reason, h.inputs,
        -- Due may have become earlier since, with the person's settings. When a fallback's step has its turn is only known since.
        case when h.rule = 'fallback' then h.due_at else coalesce((h.rule_inputs ->> 'until')::timestamptz, h.due_at) end as until,
        h.rule_inputs
      from notify.holds as h
      where h.event_id = asked.of_event_id and h.recipient_id = asked.of_recipient_id
      union all
      -- Gathered, and left out when the digest was closed.
      select i.channel, 2, i.added_at, 'digest', i.rule_inputs ->> 'rule', i.rule_inputs ->> 'reason', null,
        (i.rule_inputs ->> 'until')::timestamptz, i.rule_inputs
      from notify.digest_items as i
      where i.event_id = asked.of_event_id and i.recipient_id = asked.of_recipient_id and i.left_out is not null
      union all
      -- The open hold's judgement is the decision's.
      select d.channel, 3, d.decided_at, d.outcome, d.rule, d.reason, d.inputs, d.held_until, d.rule_inputs
      from notify.decisions as d
      where d.event_id = asked.of_event_id and d.recipient_id = asked.of_recipient_id and d.outcome <> 'hold'
        and coalesce(d.rule not in ('event', 'copy'), true)
    ) as j
  )
  select
    asked.of_event_id as event_id,
    asked.of_recipient_id as recipient_id,
    j.channel,
    j.judgement,
    j.at,
    r."position",
    r.rule,
    s.verdict,
    case when r.rule = j.rule then j.reason end as reason,
    case when r.rule = j.rule then coalesce(j.inputs, i.inputs) when s.verdict = 'passed' then i.inputs end as inputs,
    notify_hidden.rule_explanation(r.rule, s.verdict, case when r.rule = j.rule then j.reason end, j.until,
      coalesce(j.rule_inputs, '{}') || case when r.rule = j.rule then coalesce(j.inputs, '{}') else '{}' end, j.channel, reader) as because
  from judgement as j
  left join notify_hidden.rules() as decisive on decisive.rule = j.rule
  cross join notify_hidden.rules() as r
  cross join lateral (
    select case
      when r.rule = j.rule then case j.outcome when 'hold' then 'held' when 'digest' then 'gathered' else 'suppressed' end
      when r."position" > decisive."position" then 'not_asked'
      -- What is gathered disturbs nobody now: its digest is asked.
      when j.rule = 'digest' and r.rule in ('attention', 'daily_cap', 'rolling_cap', 'quiet_hours') then 'not_asked'
      else 'passed'
    end as verdict
  ) as s
  left join lateral (
    select jsonb_object_agg(f.key, f.value) as inputs from jsonb_each(j.rule_inputs) as f where f.key = any (r.keys)
  ) as i on true
  union all
  -- Nothing that rules had to say: there were no words, or its event was canceled while it waited.
  select
    asked.of_event_id as event_id,
    asked.of_recipient_id as recipient_id,
    d.channel,
    null as judgement,
    d.decided_at as at,
    0 as position,
    d.rule,
    'suppressed' as verdict,
    d.reason,
    d.inputs,
    notify_hidden.rule_explanation(d.rule, 'suppressed', d.reason, null, d.inputs, d.channel, reader) as because
  from notify.decisions as d
  where d.event_id = asked.of_event_id and d.recipient_id = asked.of_recipient_id and d.rule in ('event', 'copy')
  order by 3, 4, 6;
  if found or not has_table_privilege('notify.events', 'select') then
    return;
  end if;

  -- No candidate. Why there is none is for operators: people read no events.
  select e.planned_at, e.canceled_at, e.plan_error, e.due_at, e.retry_at, e.created_at into event
  from notify.events as e where e.id = asked.of_event_id;
  if found then
    return query
    select
      asked.of_event_id as event_id,
      asked.of_recipient_id as recipient_id,
      null::text as channel,
      null::integer as judgement,
      a.at,
      0 as position,
      a.rule,
      a.verdict,
      a.reason,
      null::jsonb as inputs,
      notify_hidden.sentence(a.keys, reader, a.variables) as because
    from (
      select 'event' as rule, 'canceled' as verdict, null as reason, event.canceled_at as at, array['event.unplanned'] as keys,
        '{}'::jsonb as variables
      -- What was planned and canceled later had its audience.
      where event.canceled_at is not null and event.planned_at is null
      union all
      select 'event', 'failed', event.plan_error, event.created_at, array['event.failed.again', 'event.failed'],
        jsonb_build_object('Error', event.plan_error, 'Again', jsonb_build_object('instant', event.retry_at))
      where event.canceled_at is null and event.planned_at is null and event.plan_error is not null
      union all
      select 'event', 'waiting', null, event.created_at, array['event.waiting'],
        jsonb_build_object('Due', jsonb_build_object('instant', event.due_at))
      where event.canceled_at is null and event.planned_at is null and event.plan_error is null
      union all
      select 'audience', 'left_out', 'not_in_audience', event.planned_at, array['audience.left_out'], '{}'
      where event.planned_at is not null
    ) as a;
  end if;
end
$$;
comment on function notify.explain(uuid, uuid, uuid) is
  'Why did I (not) get this? What each rule said of an event or notification, per channel and in order, '
  'with its inputs and in a sentence, for every time it was judged. Reads as the caller: people see '
  'their own, operators all (with recipient_id, or by the notification), and why there is no candidate.';
grant execute on function notify.explain(uuid, uuid, uuid) to rowbell_user, rowbell_operator;
