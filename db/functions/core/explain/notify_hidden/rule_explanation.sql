create or replace function notify_hidden.rule_explanation(
  rule text, verdict text, reason text, until timestamptz, rule_inputs jsonb, channel text, reader jsonb
) returns text
-- Not SQL, which would be planned anew for each rule: a hundred times as slow.
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  i constant jsonb := coalesce(rule_inputs, '{}');
  passed constant boolean := verdict = 'passed';
  expires_at constant timestamptz := i ->> 'expires_at';
  quiet_until constant timestamptz := i ->> 'quiet_until';
  -- What was decisive.
  known constant text := rule || '.' || case
    when rule = 'consent' then coalesce(i ->> 'consent', 'not_needed')
    when rule = 'preference' then case when passed then 'on' else reason end || coalesce('.' || (i ->> 'source'), '')
    when not passed then reason
    when rule in ('attention', 'daily_cap', 'rolling_cap', 'quiet_hours') and i ->> 'priority' = 'P0' then 'passed.urgent'
    when rule = 'suppression_list' and i ? 'usable' then 'passed.some'
    when rule = 'fallback' and i ? 'step' then case when i ->> 'step' = '1' then 'passed.first' else 'passed.later' end
    when rule = 'attention' and i ->> 'released' = 'attention' then 'passed.unseen'
    when rule = 'dedupe' and i ? 'key' then 'passed.key'
    when rule = 'spending_cap' and i ? 'spending' then 'passed.waits'
    when rule = 'daily_cap' and i ? 'cap' or rule = 'rolling_cap' and i ? 'rolling_cap' then 'passed.count'
    else 'passed'
  end;
  values_known jsonb;
begin
  if verdict = 'not_asked' then
    return notify_hidden.sentence(array[
      case when rule in ('attention', 'daily_cap', 'rolling_cap', 'quiet_hours') and i ->> 'frequency' in ('daily', 'weekly', 'held')
        then 'not_asked.gathered' else 'not_asked' end], reader);
  end if;
  values_known := pg_catalog.jsonb_build_object(
    'Channel', pg_catalog.jsonb_build_object('words', array['channel.' || channel, 'channel.other']),
    'Expires', pg_catalog.jsonb_build_object('instant', expires_at),
    'Until', pg_catalog.jsonb_build_object('instant', until),
    'Known', i -> 'known', 'Usable', i -> 'usable', 'Cap', i -> 'cap', 'Count', i -> 'count',
    'RollingCap', i -> 'rolling_cap', 'RollingCount', i -> 'rolling_count'
  );
  case rule
    when 'dedupe' then
      values_known := values_known || pg_catalog.jsonb_build_object('Again', pg_catalog.jsonb_build_object('instant', i -> 'until'));
    when 'daily_cap' then
      if i ? 'day' then
        values_known := values_known || pg_catalog.jsonb_build_object(
          'Day', pg_catalog.jsonb_build_object('dates', array[i -> 'day', i -> 'day'], 'year', true));
      end if;
    when 'rolling_cap' then
      values_known := values_known || pg_catalog.jsonb_build_object(
        'Window', pg_catalog.jsonb_build_object('interval', i -> 'rolling_window'));
    when 'quiet_hours' then
      -- Where it waits just as long, that says it.
      if until is distinct from quiet_until then
        values_known := values_known || pg_catalog.jsonb_build_object('Quiet', pg_catalog.jsonb_build_object('instant', quiet_until));
      end if;
    else null;
  end case;
  return pg_catalog.concat_ws(' ',
    -- What the rule said: by what was decisive, shorter where less is known, else by the verdict alone.
    notify_hidden.sentence(array[known || '.' || channel, known, known || '.short', rule || '.' || verdict, rule || '.other'],
      reader, values_known),
    case when rule = 'preference' and passed and i ->> 'frequency' <> 'held' then
      notify_hidden.sentence(array['frequency.' || (i ->> 'frequency')], reader) end,
    -- What follows.
    case
      when verdict = 'gathered' and reason = 'held' then null
      when verdict = 'gathered' then notify_hidden.sentence(array['wait.gathered'], reader, values_known)
      when verdict <> 'held' or rule = 'attention' then null
      -- A step that waits for the one before has said so.
      when until >= expires_at then
        case when rule <> 'fallback' then notify_hidden.sentence(array['wait.expiry'], reader, values_known) end
      when rule = 'fallback' then notify_hidden.sentence(array['wait.turn'], reader, values_known)
      else notify_hidden.sentence(array['wait.held'], reader, values_known)
    end);
end
$$;
comment on function notify_hidden.rule_explanation(text, text, text, timestamptz, jsonb, text, jsonb) is
  'What a rule said of a candidate and what follows, in sentences to read out to a reader (notify_hidden.reader()).';
grant execute on function notify_hidden.rule_explanation(text, text, text, timestamptz, jsonb, text, jsonb)
  to rowbell_user, rowbell_operator;
