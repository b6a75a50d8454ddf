create or replace function notify_private.predicted_verdicts(
  due notify_private.foreseen[], at timestamptz, own_event uuid, known_event uuid, sent notify_private.past_message[],
  keys notify_private.past_key[], settings notify.settings
) returns notify_private.verdict[]
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  known notify_private.rule_inputs[] := notify_private.predicted_inputs(
    array(select w.candidate from unnest(due) as w), at, own_event, known_event, sent, keys, settings);
  verdicts constant notify_private.verdict[] := array(select v from notify_private.evaluate_rules(known) as v);
  together notify_private.verdict[];
begin
  -- As reevaluate_holds() does it.
  together := array(
    select n.v
    from (
      select v, pg_catalog.count(*) over (partition by v.channel) as times
      from unnest(verdicts) as v
      join unnest(due) as w on (w.candidate).event_id = v.event_id and (w.candidate).channel = v.channel
      join unnest(known) as f on f.event_id = v.event_id and f.channel = v.channel
      where w.was_quiet and w.digest is null
        and (v.outcome = 'send' or v.rule in ('daily_cap', 'rolling_cap'))
        and f.priority <> 'P0' and f.quiet_until is null
        and f.channel in ('push', 'email') and not notify_private.is_digest_type(f.type_key)
    ) as n
    where n.times > 1
  );
  if pg_catalog.cardinality(together) = 0 then
    return verdicts;
  end if;
  known := array(
    select case when t.event_id is null then f
      else pg_catalog.jsonb_populate_record(f, pg_catalog.jsonb_build_object('frequency', 'held', 'digest_at', predicted_verdicts.at)) end
    from unnest(known) as f
    left join unnest(together) as t on t.event_id = f.event_id and t.channel = f.channel
  );
  return array(select v from notify_private.evaluate_rules(known) as v);
end
$$;
comment on function notify_private.predicted_verdicts(
  notify_private.foreseen[], timestamptz, uuid, uuid, notify_private.past_message[], notify_private.past_key[], notify.settings
) is
  'What the rules will say of one person''s candidates that are due at one instant, with what will have been sent by then. Several that '
  'quiet hours had held go into one digest. Part of predict().';
