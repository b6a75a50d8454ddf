create or replace function notify_private.predict(
  user_id uuid, type_key text, at timestamptz, variables jsonb
) returns setof notify.prediction
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  kind record;
  candidate notify_private.candidate;
  known_inputs notify_private.rule_inputs;
  verdict notify_private.verdict;
  place text;
  instant timestamptz;
  key text;
  reachable integer;
  known notify_private.rule_inputs[] := '{}';
  first notify_private.verdict[];
  reader constant jsonb := notify_hidden.reader(predict.user_id, predict.type_key);
begin
  if predict.at is null or not isfinite(predict.at)
    or predict.at not between pg_catalog.now() - interval '1 minute' and pg_catalog.now() + interval '1 year' then
    raise exception 'at: must be from now on, within a year'
      using errcode = 'RBINV', column = 'at', hint = 'What was is for explain() to say.';
  end if;
  select t.channels, t.expires_after, t.dedupe_key into kind from notify.notification_types as t where t.key = predict.type_key;
  if not found then
    raise exception 'type_key: there is no such notification type' using errcode = 'RBNFD', column = 'type_key';
  end if;
  if not exists (select from notify.users as u where u.id = predict.user_id) then
    raise exception 'user_id: there is no such user' using errcode = 'RBNFD', column = 'user_id';
  end if;
  if predict.variables is not null then
    key := notify_private.hash_long_key(
      notify_private.render(kind.dedupe_key, predict.variables || pg_catalog.jsonb_build_object('userId', predict.user_id::text)));
  end if;

  -- All channels of one event that nobody has heard of yet: they share the caps' room, as when it is planned.
  candidate := notify_private.candidate(
    uuidv7(), uuidv7(), predict.type_key, predict.user_id, dedupe_key => key, expires_at => predict.at + kind.expires_after);
  foreach place in array kind.channels loop
    candidate.channel := place;
    select f.* into known_inputs from notify_private.rule_inputs(array[candidate], predict.at) as f;
    -- Whether an event that is not there is still relevant cannot be asked.
    known_inputs.relevant := true;
    known := known || known_inputs;
  end loop;
  first := array(select j from notify_private.evaluate_rules(known) as j);
  -- The first step of its fallback that has anybody to go to.
  reachable := (select min(j.fallback_step) from pg_catalog.unnest(first) as j where j.outcome <> 'suppress');

  foreach place in array kind.channels loop
    instant := predict.at;
    candidate := notify_private.candidate(
      uuidv7(), uuidv7(), predict.type_key, predict.user_id, place, key, expires_at => instant + kind.expires_after);
    -- Each step is later than the one before; what waits longer than so often ends at its expiry anyway.
    for step in 1..20 loop
      if step = 1 then
        select j.* into verdict from pg_catalog.unnest(first) as j where j.channel = place;
      else
        select f.* into known_inputs from notify_private.rule_inputs(array[candidate], instant) as f;
        known_inputs.relevant := true;
        select j.* into verdict from notify_private.evaluate_rules(array[known_inputs]) as j;
      end if;
      if verdict.rule = 'fallback' and verdict.fallback_step = reachable then
        -- No step before it has anybody to go to, so it begins at once.
        verdict.held_until := instant;
      end if;
      return query
      select
        place as channel,
        step,
        instant as at,
        verdict.outcome,
        verdict.rule,
        verdict.reason,
        verdict.inputs,
        verdict.held_until as until,
        notify_hidden.rule_explanation(
          coalesce(verdict.rule, 'none'),
          case verdict.outcome when 'send' then 'passed' when 'hold' then 'held' when 'digest' then 'gathered' else 'suppressed' end,
          verdict.reason, verdict.held_until, verdict.rule_inputs || coalesce(verdict.inputs, '{}'), place, reader) as because;
      if verdict.outcome = 'digest' then
        -- Its digest is a notification like any other.
        candidate.event_id := uuidv7();
        candidate.type_key := verdict.frequency || '_digest';
        candidate.dedupe_key := null;
        candidate.released_rule := null;
        exit when not exists (
          select from notify.notification_types as t where t.key = candidate.type_key and place = any (t.channels)
        );
        candidate.expires_at := verdict.held_until + (select t.expires_after from notify.notification_types as t
          where t.key = candidate.type_key);
      else
        exit when verdict.outcome <> 'hold' or not isfinite(verdict.held_until);
        -- Whether it is needed nobody knows before the step before it was sent.
        exit when verdict.rule = 'fallback' and verdict.held_until > instant;
        candidate.released_rule := verdict.rule;
      end if;
      instant := verdict.held_until;
    end loop;
  end loop;
end
$$;
comment on function notify_private.predict(uuid, text, timestamptz, jsonb) is
  'What the rules would say of an event of a type at an instant, for one person on each channel, and of what would '
  'be held or gathered when its time comes. Reads only; notify.predict() and notify.predict_for() say for whom.';
