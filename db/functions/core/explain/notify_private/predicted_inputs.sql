create or replace function notify_private.predicted_inputs(
  candidates notify_private.candidate[], at timestamptz, own_event uuid, known_event uuid, sent notify_private.past_message[],
  keys notify_private.past_key[], settings notify.settings
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
    if input.event_id = own_event then
      -- Of an event that is not there it cannot be asked; of another one about its subject it can.
      input.relevant := known_event is null or not exists (
        select from notify_private.no_longer_relevant(
          array[notify_private.candidate(null, known_event, input.type_key, input.recipient_id, input.channel)])
      );
    end if;
    if input.used_by_event_id is null and input.dedupe_key is not null then
      select k.event_id, k.expires_at into input.used_by_event_id, input.used_until
      from unnest(keys) as k
      where k.dedupe_key = input.dedupe_key and k.event_id <> input.event_id and k.expires_at > predicted_inputs.at
        and (k.channel = input.channel or exists (
          select from notify.fallback_steps as x where x.fallback_key = input.fallback_key and k.channel = any (x.channels)))
      limit 1;
    end if;
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
  notify_private.candidate[], timestamptz, uuid, uuid, notify_private.past_message[], notify_private.past_key[], notify.settings
) is
  'The rule inputs of what is predicted: as they are, with what will have been sent by then and the keys that will be in use. Part of '
  'predict().';
