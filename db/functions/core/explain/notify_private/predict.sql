create or replace function notify_private.predict(
  user_id uuid, type_key text, at timestamptz, variables jsonb, channels text[], expires_after interval, fallback_key text, subject_id uuid
) returns setof notify.prediction
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  event_id constant uuid := uuidv7();
  settings constant notify.settings := (select s from notify.settings as s);
  kind constant notify.notification_types := notify_private.require_type(predict.type_key);
  wrong constant text[] := case
    when not exists (select from notify.users as u where u.id = predict.user_id) then array['RBNFD', 'user_id', 'there is no such user']
    when not predict.channels <@ kind.channels or predict.channels = '{}'
      then array['RBINV', 'channels', 'this type uses ' || pg_catalog.array_to_string(kind.channels, ', ')]
    when predict.expires_after <= interval '0' then array['RBINV', 'expires_after', 'must be positive']
    when predict.fallback_key is not null
        and not exists (select from notify.fallback_steps as s where s.fallback_key = predict.fallback_key)
      then array['RBNFD', 'fallback_key', 'there is no such order of channels']
  end;
  key text;
  -- Of an event about this subject whether it is still relevant can be asked.
  known_event uuid;
  places text[];
  -- Of each channel: what is judged next, when (null: nothing), as which step, and the digest that closes then.
  candidates notify_private.candidate[] := '{}';
  instants timestamptz[] := '{}';
  steps integer[] := '{}';
  digests text[] := '{}';
  instant timestamptz;
  due notify_private.candidate[];
  known notify_private.rule_inputs[];
  verdicts notify_private.verdict[];
  verdict notify_private.verdict;
  dropped notify_private.verdict[];
  reachable integer;
  is_first boolean := true;
  reader constant jsonb := notify_hidden.reader(predict.user_id, predict.type_key);
  -- What this event itself will have sent by then, which counts under the caps.
  sent notify_private.past_message[] := '{}';
  answer notify.prediction[] := '{}';
begin
  if predict.at is null or not isfinite(predict.at)
    or predict.at not between pg_catalog.now() - interval '1 minute' and pg_catalog.now() + interval '1 year' then
    raise exception 'at: must be from now on, within a year'
      using errcode = 'RBINV', column = 'at', hint = 'What was is for explain() to say.';
  end if;
  if wrong is not null then
    raise exception '%: %', wrong[2], wrong[3] using errcode = wrong[1], column = wrong[2];
  end if;
  if predict.variables is not null then
    key := notify_private.hash_long_key(
      notify_private.render(kind.dedupe_key, predict.variables || pg_catalog.jsonb_build_object('userId', predict.user_id::text)));
  end if;
  if predict.subject_id is not null then
    select e.id into known_event from notify.events as e
    where e.subject_id = predict.subject_id and e.type_key = predict.type_key order by e.id desc limit 1;
    if known_event is null then
      raise exception 'subject_id: no event of this type is about it' using errcode = 'RBNFD', column = 'subject_id';
    end if;
  end if;
  places := array(
    select c.name from unnest(kind.channels) with ordinality as c (name, nth)
    where c.name = any (coalesce(predict.channels, kind.channels)) order by c.nth
  );
  for n in 1..pg_catalog.cardinality(places) loop
    candidates[n] := notify_private.candidate(
      uuidv7(), event_id, predict.type_key, predict.user_id, places[n], key,
      expires_at => predict.at + coalesce(predict.expires_after, kind.expires_after), fallback_key => predict.fallback_key);
    instants[n] := predict.at;
    steps[n] := 0;
    digests[n] := null;
  end loop;

  -- From instant to instant: what waits until the same one is judged together, as when it is planned or released.
  loop
    select min(i) into instant from unnest(instants) as i;
    exit when instant is null;
    due := '{}';
    for n in 1..pg_catalog.cardinality(places) loop
      continue when instants[n] is distinct from instant;
      instants[n] := null;
      -- Each step is later than the one before; what waits longer than so often ends at its expiry anyway.
      continue when steps[n] = 20;
      steps[n] := steps[n] + 1;
      if digests[n] is not null then
        -- The digest closes: what it gathered is judged once more. Then it is a notification like any other.
        dropped := array(
          select v
          from notify_private.evaluate_rules(
            notify_private.predicted_inputs(array[candidates[n]], instant, known_event, sent, settings)) as v
          where v.outcome = 'suppress' and v.rule in ('type', 'expiry', 'still_relevant', 'consent', 'preference'));
        if pg_catalog.cardinality(dropped) > 0 then
          answer := answer || notify_private.predicted_step(dropped[1], steps[n], instant, reader);
          continue;
        end if;
        candidates[n] := notify_private.candidate(uuidv7(), uuidv7(), digests[n] || '_digest', predict.user_id, places[n]);
        digests[n] := null;
        candidates[n].expires_at := instant + (select t.expires_after from notify.notification_types as t
          where t.key = candidates[n].type_key and places[n] = any (t.channels));
        continue when candidates[n].expires_at is null;
      end if;
      due := due || candidates[n];
    end loop;
    known := notify_private.predicted_inputs(due, instant, known_event, sent, settings);
    verdicts := array(select v from notify_private.evaluate_rules(known) as v);
    if is_first then
      -- The first step of its fallback that has anybody to go to.
      reachable := (select min(v.fallback_step) from unnest(verdicts) as v where v.outcome <> 'suppress');
      is_first := false;
    end if;
    foreach verdict in array verdicts loop
      if verdict.rule = 'fallback' and verdict.fallback_step = reachable then
        -- No step before it has anybody to go to, so it begins at once.
        verdict.held_until := instant;
      end if;
      for n in 1..pg_catalog.cardinality(places) loop
        continue when places[n] <> verdict.channel;
        answer := answer || notify_private.predicted_step(verdict, steps[n], instant, reader);
        case verdict.outcome
          when 'digest' then
            digests[n] := verdict.frequency;
            instants[n] := verdict.held_until;
            candidates[n].dedupe_key := null;
            candidates[n].released_rule := 'digest';
          when 'hold' then
            -- Whether a later step is needed nobody knows before the one before it was sent.
            if isfinite(verdict.held_until) and (verdict.rule <> 'fallback' or verdict.held_until = instant) then
              instants[n] := verdict.held_until;
              candidates[n].released_rule := verdict.rule;
            end if;
          when 'send' then
            if verdict.channel <> 'in_app' then
              sent := sent || (
                select m::notify_private.past_message
                from (
                  select predict.user_id as recipient_id, verdict.channel as channel, instant as at, null::timestamptz as uncounted_at
                ) as m
              );
            end if;
          else null;
        end case;
      end loop;
    end loop;
  end loop;
  return query select a.* from unnest(answer) as a order by pg_catalog.array_position(places, a.channel), a.step;
end
$$;
comment on function notify_private.predict(uuid, text, timestamptz, jsonb, text[], interval, text, uuid) is
  'What the rules would say of an event of a type at an instant, for one person on each channel, and of what would '
  'be held or gathered when its time comes. Reads only; notify.predict() and notify.predict_for() say for whom.';
