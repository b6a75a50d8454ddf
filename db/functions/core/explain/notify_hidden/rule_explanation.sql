create or replace function notify_hidden.rule_explanation(
  rule text, verdict text, reason text, until timestamptz, rule_inputs jsonb, channel text, reader jsonb
) returns text
language sql stable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select pg_catalog.concat_ws(' ',
    -- What the rule said: by what was decisive, shorter where less is known, else by the verdict alone.
    notify_hidden.sentence(
      case
        when verdict = 'not_asked' then array['not_asked' || case
          when rule in ('attention', 'daily_cap', 'rolling_cap', 'quiet_hours') and i ->> 'frequency' in ('daily', 'weekly')
          then '.gathered' else '' end]
        else array[rule || '.' || c.case || '.' || channel, rule || '.' || c.case, rule || '.' || c.case || '.short',
          rule || '.' || verdict, rule || '.other']
      end,
      reader, v.variables),
    case when rule = 'preference' and verdict = 'passed' then
      notify_hidden.sentence(array['frequency.' || (i ->> 'frequency')], reader) end,
    -- What follows.
    case
      when verdict = 'gathered' then notify_hidden.sentence(array['wait.gathered'], reader, v.variables)
      when verdict <> 'held' or rule = 'attention' then null
      when until >= (i ->> 'expires_at')::timestamptz then
        -- A step that waits for the one before has said so.
        case when rule <> 'fallback' then notify_hidden.sentence(array['wait.expiry'], reader, v.variables) end
      when rule = 'fallback' then notify_hidden.sentence(array['wait.turn'], reader, v.variables)
      else notify_hidden.sentence(array['wait.held'], reader, v.variables)
    end)
  from (select coalesce(rule_inputs, '{}') as i) as x
  cross join lateral (
    select case
      when rule = 'consent' then coalesce(i ->> 'consent', 'not_needed')
      when rule = 'preference' then case verdict when 'passed' then 'on' else reason end || coalesce('.' || (i ->> 'source'), '')
      when verdict <> 'passed' then reason
      when rule in ('attention', 'daily_cap', 'rolling_cap', 'quiet_hours') and i ->> 'priority' = 'P0' then 'passed.urgent'
      when rule = 'suppression_list' and i ? 'usable' then 'passed.some'
      when rule = 'fallback' then case when i ->> 'step' = '1' then 'passed.first' when i ? 'step' then 'passed.later' end
      when rule = 'attention' and i ->> 'released' = 'attention' then 'passed.unseen'
      when rule = 'dedupe' and i ? 'key' then 'passed.key'
      when rule = 'spending_cap' and i ? 'spending' then 'passed.waits'
      when rule = 'daily_cap' and i ? 'cap' then 'passed.count'
      when rule = 'rolling_cap' and i ? 'rolling_cap' then 'passed.count'
      else 'passed'
    end as "case"
  ) as c
  cross join lateral (
    select
      pg_catalog.jsonb_build_object(
        'Channel', pg_catalog.jsonb_build_object('words', array['channel.' || channel, 'channel.other']),
        'Expires', pg_catalog.jsonb_build_object('instant', i -> 'expires_at'),
        'Until', pg_catalog.jsonb_build_object('instant', until),
        'Known', i -> 'known', 'Usable', i -> 'usable', 'Value', i -> 'value', 'Cap', i -> 'cap', 'Count', i -> 'count',
        'RollingCap', i -> 'rolling_cap', 'RollingCount', i -> 'rolling_count'
      ) || case
        when rule = 'dedupe' then pg_catalog.jsonb_build_object('Again', pg_catalog.jsonb_build_object('instant', i -> 'until'))
        when rule = 'daily_cap' and i ? 'day' then pg_catalog.jsonb_build_object(
          'Day', pg_catalog.jsonb_build_object('dates', array[i -> 'day', i -> 'day'], 'year', true))
        when rule = 'rolling_cap' then pg_catalog.jsonb_build_object(
          'Window', pg_catalog.jsonb_build_object('interval', i -> 'rolling_window'))
        -- Where it waits just as long, that says it.
        when rule = 'quiet_hours' and until is distinct from (i ->> 'quiet_until')::timestamptz then
          pg_catalog.jsonb_build_object('Quiet', pg_catalog.jsonb_build_object('instant', i -> 'quiet_until'))
        else '{}'
      end as variables
  ) as v
$$;
comment on function notify_hidden.rule_explanation(text, text, text, timestamptz, jsonb, text, jsonb) is
  'What a rule said of a candidate and what follows, in sentences to read out to a reader (notify_hidden.reader()).';
grant execute on function notify_hidden.rule_explanation(text, text, text, timestamptz, jsonb, text, jsonb)
  to rowbell_user, rowbell_operator;
