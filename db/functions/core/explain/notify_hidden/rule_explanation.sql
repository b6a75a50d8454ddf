create or replace function notify_hidden.rule_explanation(rule text, verdict text, reason text, until timestamptz,
  rule_inputs jsonb) returns text
language sql stable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select case
    when verdict = 'not_asked' then
      case when rule in ('attention', 'daily_cap', 'rolling_cap', 'quiet_hours') and rule_inputs ->> 'frequency' in ('daily', 'weekly')
        then 'Not asked: what is gathered is not told now, its digest is asked.'
        else 'Not asked: an earlier rule had decided.' end
    else case rule
      when 'type' then case verdict when 'passed' then 'This kind of notification is switched on.'
        else 'Operators switched this kind of notification off, or the pack that it belongs to.' end
      when 'expiry' then case verdict when 'passed' then 'It was worth telling until ' else 'It was not worth telling any more after ' end
        || notify_hidden.format_instant((rule_inputs ->> 'expires_at')::timestamptz, rule_inputs ->> 'zone') || '.'
      when 'still_relevant' then case verdict when 'passed' then 'It was still relevant.' else 'It was not relevant any more.' end
      when 'consent' then case rule_inputs ->> 'consent'
        when 'given' then 'Consent was given.'
        when 'withdrawn' then 'Consent was withdrawn.'
        when 'missing' then 'No consent is on record, and the region (' || coalesce(rule_inputs ->> 'region',
          'unknown') || ') asks for one.'
        else 'No consent was needed.' end
      when 'preference' then
        case verdict when 'passed' then 'It was on' else case reason when 'never' then 'Its frequency was "never"' else 'It was off' end end
        || case rule_inputs ->> 'source'
          when 'own' then ' by the person''s own choice for this kind'
          when 'category' then ' by the person''s choice for the category'
          when 'locked' then ': this channel cannot be switched off'
          else ' by default, the person has chosen nothing' end
        || case when rule_inputs ->> 'frequency' in ('daily', 'weekly') then ', ' || (rule_inputs ->> 'frequency') else '' end || '.'
      when 'address' then case verdict when 'passed' then 'There was an address: ' || coalesce(rule_inputs ->> 'known',
        'at least 1') || ' known.'
        else case reason when 'unverified' then 'The mailbox was not verified.' else 'There was no working address on this channel.' end end
      when 'suppression_list' then case
        when verdict <> 'passed' then 'Every address on this channel is on the suppression list (' || reason || ').'
        else 'Not every address is on the suppression list: ' || coalesce(rule_inputs ->> 'usable', 'at least 1') || ' usable.' end
      when 'fallback' then case
        when verdict = 'suppressed' then 'The step before it in the order "' || (rule_inputs ->> 'fallback') || '" was enough.'
        when verdict = 'held' then 'It is step ' || (rule_inputs ->> 'step') || ' of the order "' || (rule_inputs ->> 'fallback') || '".'
        when rule_inputs ? 'fallback' then 'Step ' || (rule_inputs ->> 'step') || ' of the order "'
          || (rule_inputs ->> 'fallback') || '" had come.'
        else 'Its channels are not tried one after the other.' end
      when 'attention' then case
        when verdict = 'held' then 'The person was looking at their inbox.'
        when verdict = 'suppressed' then 'The person was looking at their inbox and has seen it there.'
        when rule_inputs ->> 'priority' = 'P0' then 'P0 goes out though the person may be looking.'
        when rule_inputs ->> 'released' = 'attention' then 'The person was looking at their inbox, but has not seen it there.'
        else 'The person was not looking at their inbox, or this does not wait for that.' end
      when 'dedupe' then case
        when verdict <> 'passed' then 'The same (key ' || (rule_inputs ->> 'key')
          || ') had already gone to this person on this channel, and counts until '
          || notify_hidden.format_instant((rule_inputs ->> 'until')::timestamptz, rule_inputs ->> 'zone') || '.'
        when rule_inputs ? 'key' then 'Nothing else with its key (' || (rule_inputs ->> 'key') || ') was told in the window.'
        else 'It has no dedupe key: each event stands for itself.' end
      when 'spending_cap' then case reason
        when 'person_cap' then 'The person had got as many on this channel as one person may in a day.'
        when 'number_cap' then 'The number had got as many on this channel as one number may in a day.'
        when 'country_cap' then 'What may be spent a day on this channel in the country of the number was spent.'
        when 'total_cap' then 'What may be spent a day on this channel in all countries together was spent.'
        else case when rule_inputs ? 'spending' then 'There was no room for what it costs; what waits is asked when its wait is over.'
          else 'There was room for what it costs, or it costs nothing.' end end
      when 'daily_cap' then case
        when verdict <> 'passed' then 'The ' || (rule_inputs ->> 'cap') || ' messages of ' || (rule_inputs ->> 'day') || ' had been sent.'
        when rule_inputs ->> 'priority' = 'P0' then 'P0 passes the cap.'
        when rule_inputs ? 'cap' then coalesce(rule_inputs ->> 'count', '0')
          || ' of ' || (rule_inputs ->> 'cap') || ' messages of ' || (rule_inputs ->> 'day') || ' had been sent.'
        else 'This channel is not capped.' end
      when 'rolling_cap' then case
        when verdict <> 'passed' then 'The ' || (rule_inputs ->> 'rolling_cap') || ' messages of the rolling window had been sent.'
        when rule_inputs ->> 'priority' = 'P0' then 'P0 passes the cap.'
        when rule_inputs ? 'rolling_cap' then coalesce(rule_inputs ->> 'rolling_count', '0')
          || ' of ' || (rule_inputs ->> 'rolling_cap') || ' messages of the rolling window had been sent.'
        else 'There is no rolling cap for it.' end
      when 'quiet_hours' then case
        when verdict <> 'passed' then case reason when 'paused' then 'The person had paused' else 'It was within quiet hours' end
          || ' until ' || notify_hidden.format_instant((rule_inputs ->> 'quiet_until')::timestamptz, rule_inputs ->> 'zone') || '.'
        when rule_inputs ->> 'priority' = 'P0' then 'P0 passes quiet hours.'
        else 'It was not within quiet hours.' end
      when 'digest' then case
        when verdict <> 'passed' then 'The person gets this kind in a ' || reason || ' digest.'
        else 'It is told at once.' end
      else 'No rule held it back.'
    end
    || case
      when verdict = 'held' and until = 'infinity' then ' It waits for the step before.'
      when verdict = 'held' then ' It waits until ' || notify_hidden.format_instant(until, rule_inputs ->> 'zone') || '.'
      when verdict = 'gathered' then ' It goes into the digest of ' || notify_hidden.format_instant(until, rule_inputs ->> 'zone') || '.'
      else '' end
  end
$$;
comment on function notify_hidden.rule_explanation(text, text, text, timestamptz, jsonb) is
  'What a rule said, in a sentence that one can read to a person: explain() and predict().';
grant execute on function notify_hidden.rule_explanation(text, text, text, timestamptz, jsonb) to rowbell_user, rowbell_operator;
