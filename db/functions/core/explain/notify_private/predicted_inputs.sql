create or replace function notify_private.predicted_inputs(
  candidates notify_private.candidate[], at timestamptz, known_event uuid, sent notify_private.past_message[], settings notify.settings
) returns notify_private.rule_inputs[]
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  known constant notify_private.rule_inputs[] := array(select f from notify_private.rule_inputs(candidates, at) as f);
  input notify_private.rule_inputs;
  answer notify_private.rule_inputs[] := '{}';
  frees timestamptz[];
begin
  foreach input in array known loop
    -- Of an event that is not there it cannot be asked; of another one about its subject it can.
    input.relevant := known_event is null or not exists (
      select from notify_private.no_longer_relevant(
        array[notify_private.candidate(null, known_event, input.type_key, input.recipient_id, input.channel)])
    );
    input.count := input.count + (
      select count(*) from unnest(sent) as s
      where s.channel = any (settings.capped_channels)
        and (s.at at time zone notify_hidden.clock_zone(input.zone))::date = input.day
    );
    if input.rolling_cap is not null then
      frees := array(
        select s.at + settings.rolling_window from unnest(sent) as s
        where s.channel = any (settings.capped_channels) and s.at > input.at - settings.rolling_window order by s.at desc
      );
      input.rolling_count := input.rolling_count + pg_catalog.cardinality(frees);
      -- After what was sent before: the newest leaves the window last.
      input.rolling_frees := input.rolling_frees[1] || frees || input.rolling_frees[2:];
    end if;
    answer := answer || input;
  end loop;
  return answer;
end
$$;
comment on function notify_private.predicted_inputs(
  notify_private.candidate[], timestamptz, uuid, notify_private.past_message[], notify.settings
) is
  'The rule inputs of what is predicted: as they are, with what it will have sent itself by then. Part of predict().';
