create or replace function notify_private.predicted_step(verdict notify_private.verdict, step integer, at timestamptz, reader jsonb)
returns notify.prediction
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select p::notify.prediction
  from (
    select
      verdict.channel as channel,
      predicted_step.step as step,
      predicted_step.at as at,
      verdict.outcome as outcome,
      verdict.rule as rule,
      verdict.reason as reason,
      verdict.inputs as inputs,
      verdict.held_until as until,
      notify_hidden.rule_explanation(
        coalesce(verdict.rule, 'none'),
        case verdict.outcome when 'send' then 'passed' when 'hold' then 'held' when 'digest' then 'gathered' else 'suppressed' end,
        verdict.reason, verdict.held_until, verdict.rule_inputs || coalesce(verdict.inputs, '{}'), verdict.channel, reader) as because
  ) as p
$$;
comment on function notify_private.predicted_step(notify_private.verdict, integer, timestamptz, jsonb) is
  'What a verdict says to whoever asked what would be, in the words for reader. Part of predict().';
