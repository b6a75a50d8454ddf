create or replace function notify_hidden.rule_explanation(rule text, said text, reason text, until timestamptz, facts jsonb) returns text
language sql stable parallel safe set search_path = pg_catalog, pg_temp
as $$
  select case
    when said = 'not_asked' then
      case when rule in ('daily_cap', 'rolling_cap', 'quiet_hours') and facts ->> 'frequency' in ('daily', 'weekly')
        then 'Not asked: what is gathered is not told now, its digest is asked.'
        else 'Not asked: an earlier rule had decided.' end
    else case rule
      when 'type' then case said when 'passed' then 'This kind of notification is switched on.'
        else 'Operators switched this kind of notification off, or the pack that it belongs to.' end
      when 'expiry' then case said when 'passed' then 'It was worth telling until ' else 'It was not worth telling any more after ' end
        || notify_hidden.format_instant((facts ->> 'expires_at')::timestamptz, facts ->> 'zone') || '.'
      when 'still_relevant' then case said when 'passed' then 'It was still relevant.' else 'It was not relevant any more.' end
      when 'consent' then case facts ->> 'consent'
        when 'given' then 'Consent was given.'
        when 'withdrawn' then 'Consent was withdrawn.'
        when 'missing' then 'No consent is on record, and the region (' || coalesce(facts ->> 'region', 'unknown') || ') asks for one.'
        else 'No consent was needed.' end
      when 'preference' then
        case said when 'passed' then 'It was on' else case reason when 'never' then 'Its frequency was "never"' else 'It was off' end end
        || case facts ->> 'source'
          when 'own' then ' by the person''s own choice for this kind'
          when 'category' then ' by the person''s choice for the category'
          when 'locked' then ': this channel cannot be switched off'
          else ' by default, the person has chosen nothing' end
        || case when facts ->> 'frequency' in ('daily', 'weekly') then ', ' || (facts ->> 'frequency') else '' end || '.'
      when 'address' then case said when 'passed' then 'There was an address: ' || coalesce(facts ->> 'known', 'at least 1') || ' known.'
        else case reason when 'unverified' then 'The mailbox was not verified.' else 'There was no working address on this channel.' end end
      when 'suppression_list' then case
        when said <> 'passed' then 'Every address on this channel is on the suppression list (' || reason || ').'
        else 'Not every address is on the suppression list: ' || coalesce(facts ->> 'usable', 'at least 1') || ' usable.' end
      when 'fallback' then case
        when said = 'suppressed' then 'The step before it in the order "' || (facts ->> 'fallback') || '" was enough.'
        when said = 'held' then 'It is step ' || (facts ->> 'step') || ' of the order "' || (facts ->> 'fallback') || '".'
        when facts ? 'fallback' then 'Step ' || (facts ->> 'step') || ' of the order "' || (facts ->> 'fallback') || '" had come.'
        else 'Its channels are not tried one after the other.' end
      when 'dedupe' then case
        when said <> 'passed' then 'The same (key ' || (facts ->> 'key')
          || ') had already gone to this person on this channel, and counts until '
          || notify_hidden.format_instant((facts ->> 'until')::timestamptz, facts ->> 'zone') || '.'
        when facts ? 'key' then 'Nothing else with its key (' || (facts ->> 'key') || ') was told in the window.'
        else 'It has no dedupe key: each event stands for itself.' end
      when 'spending_cap' then case reason
        when 'person_cap' then 'The person had got as many on this channel as one person may in a day.'
        when 'number_cap' then 'The number had got as many on this channel as one number may in a day.'
        when 'country_cap' then 'What may be spent a day on this channel in the country of the number was spent.'
        else case when facts ? 'spending' then 'There was no room for what it costs; what waits is asked when its wait is over.'
          else 'There was room for what it costs, or it costs nothing.' end end
      when 'daily_cap' then case
        when said <> 'passed' then 'The ' || (facts ->> 'cap') || ' messages of ' || (facts ->> 'day') || ' had been sent.'
        when facts ->> 'priority' = 'P0' then 'P0 passes the cap.'
        when facts ? 'cap' then coalesce(facts ->> 'count', '0')
          || ' of ' || (facts ->> 'cap') || ' messages of ' || (facts ->> 'day') || ' had been sent.'
        else 'This channel is not capped.' end
      when 'rolling_cap' then case
        when said <> 'passed' then 'The ' || (facts ->> 'rolling_cap') || ' messages of the rolling window had been sent.'
        when facts ->> 'priority' = 'P0' then 'P0 passes the cap.'
        when facts ? 'rolling_cap' then coalesce(facts ->> 'rolling_count', '0')
          || ' of ' || (facts ->> 'rolling_cap') || ' messages of the rolling window had been sent.'
        else 'There is no rolling cap for it.' end
      when 'quiet_hours' then case
        when said <> 'passed' then case reason when 'paused' then 'The person had paused' else 'It was within quiet hours' end
          || ' until ' || notify_hidden.format_instant((facts ->> 'quiet_until')::timestamptz, facts ->> 'zone') || '.'
        when facts ->> 'priority' = 'P0' then 'P0 passes quiet hours.'
        else 'It was not within quiet hours.' end
      when 'digest' then case
        when said <> 'passed' then 'The person gets this kind in a ' || reason || ' digest.'
        else 'It is told at once.' end
      else 'No rule held it back.'
    end
    || case
      when said = 'held' and until = 'infinity' then ' It waits for the step before.'
      when said = 'held' then ' It waits until ' || notify_hidden.format_instant(until, facts ->> 'zone') || '.'
      when said = 'gathered' then ' It goes into the digest of ' || notify_hidden.format_instant(until, facts ->> 'zone') || '.'
      else '' end
  end
$$;
comment on function notify_hidden.rule_explanation(text, text, text, timestamptz, jsonb) is
  'What a rule said, in a sentence that one can read to a person: explain() and predict().';
grant execute on function notify_hidden.rule_explanation(text, text, text, timestamptz, jsonb) to rowbell_user, rowbell_operator;
