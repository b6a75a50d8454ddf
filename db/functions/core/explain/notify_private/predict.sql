create or replace function notify_private.predict(
  user_id uuid, type_key text, at timestamptz, variables jsonb, channels text[], expires_after interval, fallback_key text, subject_id uuid
) returns setof notify.prediction
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  own_event constant uuid := uuidv7();
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
  -- The event's own, and what waits already, which shares the room under the caps and is told together with it.
  waiting notify_private.foreseen[];
  instant timestamptz;
  due notify_private.foreseen[];
  one notify_private.foreseen;
  verdicts notify_private.verdict[];
  verdict notify_private.verdict;
  reachable integer;
  is_first boolean := true;
  -- Nothing of it has happened yet.
  reader constant jsonb := notify_hidden.reader(predict.user_id, predict.type_key) || '{"to_come": true}';
  -- What will have been sent by then and counts under the caps, and the keys that will be in use.
  sent notify_private.past_message[] := '{}';
  keys notify_private.past_key[] := '{}';
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
  waiting := array(
    select notify_private.foreseen(
      notify_private.candidate(
        uuidv7(), own_event, predict.type_key, predict.user_id, p.channel, key,
        expires_at => predict.at + coalesce(predict.expires_after, kind.expires_after), fallback_key => predict.fallback_key),
      predict.at, 0, true)
    from unnest(places) as p (channel)
  ) || array(select w from notify_private.waiting_of(predict.user_id) as w);

  -- From instant to instant, as long as any of the event's own waits: what waits until the same one is judged together, as when it
  -- is planned or released, and what has come of that goes into the digests that close then.
  loop
    exit when not exists (select from unnest(waiting) as w where w.is_own);
    select min(w.due_at) into instant from unnest(waiting) as w;
    due := array(select w from unnest(waiting) as w where w.due_at = instant and w.digest is null);
    if pg_catalog.cardinality(due) = 0 then
      due := array(select w from unnest(waiting) as w where w.due_at = instant);
    end if;
    waiting := array(
      select w from unnest(waiting) as w
      where w.due_at > instant or (w.digest is null) <> (due[1].digest is null)
    );
    -- Each step is later than the one before; what waits longer than so often ends at its expiry anyway.
    due := array(
      select notify_private.foreseen(w.candidate, w.due_at, w.steps + 1, w.is_own, w.digest, w.was_quiet)
      from unnest(due) as w where w.steps < 20
    );
    continue when pg_catalog.cardinality(due) = 0;
    verdicts := notify_private.predicted_verdicts(due, greatest(instant, predict.at), own_event, known_event, sent, keys, settings);
    if due[1].digest is not null then
      -- Digests close: what is left of each is a notification like any other.
      answer := answer || array(
        select notify_private.predicted_step(v, w.steps, instant, reader)
        from unnest(verdicts) as v join unnest(due) as w on (w.candidate).event_id = v.event_id and (w.candidate).channel = v.channel
        where w.is_own and v.outcome = 'suppress' and v.rule in ('type', 'expiry', 'still_relevant', 'consent', 'preference', 'inbox')
      );
      waiting := waiting || array(
        select notify_private.foreseen(
          notify_private.candidate(
            uuidv7(), uuidv7(), t.key, predict.user_id, g.channel, expires_at => greatest(instant, predict.at) + t.expires_after),
          instant, coalesce(g.steps, 0), g.is_own)
        from (
          select
            v.channel, w.digest, pg_catalog.bool_or(w.is_own) as is_own,
            -- The question that it closes with is part of the step that tells it.
            max(w.steps) filter (where w.is_own) - 1 as steps
          from unnest(verdicts) as v join unnest(due) as w on (w.candidate).event_id = v.event_id and (w.candidate).channel = v.channel
          where v.outcome <> 'suppress' or v.rule not in ('type', 'expiry', 'still_relevant', 'consent', 'preference', 'inbox')
          group by v.channel, w.digest
        ) as g
        join notify.notification_types as t on t.key = g.digest || '_digest' and g.channel = any (t.channels)
      );
      continue;
    end if;
    if is_first and due[1].is_own then
      -- The first step of its fallback that has anybody to go to.
      reachable := (select min(v.fallback_step) from unnest(verdicts) as v where v.event_id = own_event and v.outcome <> 'suppress');
      is_first := false;
    end if;
    foreach verdict in array verdicts loop
      select w.* into one from unnest(due) as w
      where (w.candidate).event_id = verdict.event_id and (w.candidate).channel = verdict.channel;
      if verdict.rule = 'fallback' and verdict.fallback_step = reachable and verdict.event_id = own_event then
        -- No step before it has anybody to go to, so it begins at once.
        verdict.held_until := instant;
      end if;
      if one.is_own then
        answer := answer || notify_private.predicted_step(verdict, one.steps, greatest(instant, predict.at), reader);
      end if;
      one.was_quiet := verdict.rule = 'quiet_hours'
        or verdict.rule = 'attention' and coalesce((one.candidate).released_rule, '') = 'quiet_hours';
      case verdict.outcome
        when 'digest' then
          one.digest := verdict.frequency;
          -- The one that is open already stays as it is.
          one.due_at := coalesce(
            (select min(w.due_at) from unnest(waiting) as w
              where w.digest = verdict.frequency and (w.candidate).channel = verdict.channel),
            verdict.held_until);
          one.candidate.dedupe_key := null;
          one.candidate.released_rule := 'digest';
          waiting := waiting || one;
        when 'hold' then
          -- Whether a later step is needed nobody knows before the one before it was sent.
          if isfinite(verdict.held_until) and (verdict.rule <> 'fallback' or verdict.held_until = instant) then
            one.due_at := verdict.held_until;
            one.candidate.released_rule := verdict.rule;
            waiting := waiting || one;
          end if;
        when 'send' then
          if verdict.channel <> 'in_app' and not notify_hidden.is_test_type((one.candidate).type_key) then
            sent := sent || (
              select m::notify_private.past_message
              from (
                select predict.user_id as recipient_id, verdict.channel as channel, greatest(instant, predict.at) as at,
                  null::timestamptz as uncounted_at
              ) as m
            );
          end if;
        else null;
      end case;
      if verdict.claims_key then
        keys := keys || (
          select k::notify_private.past_key
          from (
            select predict.user_id as recipient_id, verdict.channel as channel, verdict.dedupe_key as dedupe_key,
              verdict.event_id as event_id, verdict.dedupe_expires_at as expires_at
          ) as k
        );
      end if;
    end loop;
  end loop;
  return query select a.* from unnest(answer) as a order by pg_catalog.array_position(places, a.channel), a.step;
end
$$;
comment on function notify_private.predict(uuid, text, timestamptz, jsonb, text[], interval, text, uuid) is
  'What the rules would say of an event of a type at an instant, for one person on each channel, and of what would '
  'be held or gathered when its time comes. Reads only; notify.predict() and notify.predict_for() say for whom.';
