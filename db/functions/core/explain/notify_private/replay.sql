create or replace function notify_private.replay(
  since timestamptz, until timestamptz, changes jsonb, part integer, parts integer
) returns setof notify.backtest_case
language plpgsql
-- Stable, so PostgreSQL itself refuses whatever would write: the state of the past is kept in arrays, not in tables.
stable set search_path = pg_catalog, pg_temp
-- Arrays are joined by hash, though a generic plan takes them for ten elements.
set enable_nestloop = off set plan_cache_mode = force_generic_plan set jit = off
as $$
declare
  horizon constant timestamptz := pg_catalog.now();
  first_id constant uuid := notify_private.uuidv7_floor(since);
  end_id constant uuid := notify_private.uuidv7_floor(until);
  settings notify_private.past_settings[];
  types notify_private.past_type[];
  -- How far back something sent can still count.
  memory interval;
  chunk uuid[];
  rounds refcursor;
  fresh notify_private.past[];
  batch notify_private.past[];
  waiting notify_private.past[];
  sent notify_private.past_message[];
  keys notify_private.past_key[];
  looked_at notify_private.rule_inputs[];
  verdicts notify_private.verdict[];
  back notify_private.past[];
  ended notify.backtest_case[];
begin
  perform notify_private.changed_settings(changes), notify_private.changed_types(changes);
  settings := array(select s from notify_private.past_settings(changes) as s where s.until > replay.since);
  types := array(select t from notify_private.past_types(changes) as t where t.until > replay.since);
  memory := greatest((select max((s.settings).rolling_window) from unnest(settings) as s), interval '2 days') + interval '1 day';
  -- People do not concern each other: some of them at a time, those with as many candidates together, each from their
  -- first to their last.
  for chunk in
    select pg_catalog.array_agg(p.recipient_id)
    from (
      select d.recipient_id, sum(pg_catalog.count(*)) over (order by pg_catalog.count(*), d.recipient_id) as total
      from notify.decisions as d
      where d.event_id >= first_id and d.event_id < end_id
        and pg_catalog.mod(pg_catalog.uuid_hash(d.recipient_id)::bigint + 2147483648, replay.parts) = replay.part
      group by d.recipient_id
    ) as p
    group by pg_catalog.floor(p.total / 20000)
  loop
    waiting := '{}';
    keys := '{}';
    -- What was sent before, as it was.
    sent := array(
      select m::notify_private.past_message
      from (
        select d.recipient_id, d.channel, d.decided_at as at, (d.rule_inputs ->> 'given_back')::timestamptz as uncounted_at
        from unnest(chunk) as r (id)
        join notify.decisions as d on d.recipient_id = r.id
        where d.event_id >= notify_private.uuidv7_floor(since - interval '40 days') and d.event_id < first_id
          and d.outcome = 'send' and d.decided_at > since - memory and d.channel <> 'in_app'
          and not exists (select from notify.events as e where e.id = d.event_id and notify_hidden.is_test_type(e.type_key))
      ) as m
    );
    open rounds for
      with candidate as (
        select
          d.*, e.type_key, array_position(t.channels, d.channel) as place,
          case
            when d.rule = 'event' then 'any'
            when d.outcome = 'suppress' and d.rule = 'fallback' then 'fallback'
            when d.outcome = 'suppress' and d.rule_inputs ->> 'released' = 'digest' then 'digest'
          end as ended_by,
          case when e.canceled_at is not null and d.outcome = 'send' and not exists (
            select from notify.deliveries as x
            where x.notification_id = d.notification_id and x.channel = d.channel and (x.attempt > 0 or x.status = 'delivered')
          ) then e.canceled_at else (d.rule_inputs ->> 'given_back')::timestamptz end as freed_at,
          (d.rule_inputs ->> 'given_back')::timestamptz as uncounted_at,
          -- On whatever channel: with a fallback, another step of another event may have used it.
          d.rule_inputs ->> 'key' is not null
            and pg_catalog.first_value(d.event_id) over same_key <> pg_catalog.last_value(d.event_id) over same_key as shares_key
        from unnest(chunk) as r (id)
        cross join lateral (
          select * from notify.decisions as x where x.recipient_id = r.id and x.event_id >= first_id and x.event_id < end_id
            -- There were no words for them; no rule was asked.
            and x.rule is distinct from 'copy' offset 0
        ) as d
        cross join lateral (select x.type_key, x.canceled_at from notify.events as x where x.id = d.event_id limit 1) as e
        join notify.notification_types as t on t.key = e.type_key
        window same_key as (
          partition by d.recipient_id, d.rule_inputs ->> 'key' order by d.event_id
          rows between unbounded preceding and unbounded following
        )
      ),
      story as (
        select
          c.*,
          coalesce(h.held_at, '{}') || case when i.at is not null then array[i.at] else '{}' end
            || case when c.outcome <> 'hold' and c.ended_by is null then array[c.decided_at] else '{}' end as judged_at,
          coalesce(h.rule_inputs, '{}') || case when i.at is not null then array[i.rule_inputs] else '{}' end
            || case when c.outcome <> 'hold' and c.ended_by is null then array[c.rule_inputs] else '{}' end as known,
          coalesce(h.held_by, '{}')
            || case when i.at is not null then array['digest ' || (i.rule_inputs ->> 'rule')] else '{}' end as held_by,
          coalesce(h.held_until, '{}') || case when i.at is not null then array[(i.rule_inputs ->> 'until')::timestamptz]
            else '{}' end as held_for
        from candidate as c
        left join lateral (
          select
            array_agg(x.held_at order by x.held_at) as held_at, array_agg(x.rule_inputs order by x.held_at) as rule_inputs,
            array_agg(x.rule order by x.held_at) as held_by,
              array_agg((x.rule_inputs ->> 'until')::timestamptz order by x.held_at) as held_until
          from notify.holds as x
          where x.event_id = c.event_id and x.recipient_id = c.recipient_id and x.channel = c.channel
            and (c.outcome = 'hold' or c.ended_by is not null or c.rule_inputs ? 'released')
        ) as h on true
        left join lateral (
          select x.added_at as at, x.rule_inputs from notify.digest_items as x
          where x.event_id = c.event_id and x.recipient_id = c.recipient_id and x.channel = c.channel
            and c.ended_by in ('digest', 'any')
          limit 1
        ) as i on true
      ),
      numbered as (
        select s.*, dense_rank() over (partition by s.recipient_id order by s.judged_at[1]) as round from story as s
      )
      select array_agg(notify_private.past(
        event_id => n.event_id, recipient_id => n.recipient_id, channel => n.channel, type_key => n.type_key, place => n.place,
        type_enabled => n.rule is distinct from 'type', shares_key => n.shares_key,
        at => n.judged_at[1], nth => 1, released_rule => null,
        judged_at => n.judged_at, rule_inputs => n.known, held_by => n.held_by, held_until => n.held_for,
        decided_at => n.decided_at, outcome => n.outcome, rule => n.rule, reason => n.reason,
        ended_by => n.ended_by, freed_at => n.freed_at, uncounted_at => n.uncounted_at))
      from numbered as n group by n.round order by n.round;
    fetch rounds into fresh;

    loop
      -- Whoever waits comes back before what is new at the same instant or later; each person has one instant at a time.
      batch := '{}';
      if pg_catalog.cardinality(waiting) > 0 then
        batch := array(
          select w from unnest(waiting) as w
          join (select x.recipient_id, min(x.at) as at from unnest(waiting) as x group by x.recipient_id) as m
            on m.recipient_id = w.recipient_id and m.at = w.at
          left join (select distinct x.recipient_id, x.at from unnest(fresh) as x) as f on f.recipient_id = w.recipient_id
          where f.at is null or w.at <= f.at
        );
      end if;
      if pg_catalog.cardinality(batch) > 0 then
        waiting := array(
          select w from unnest(waiting) as w
          left join (select distinct x.recipient_id, x.at from unnest(batch) as x) as b on b.recipient_id = w.recipient_id and b.at = w.at
          where b.at is null
        );
      elsif fresh is not null then
        batch := fresh;
        fetch rounds into fresh;
      else
        exit;
      end if;

      -- What no rule ended ends as it did.
      return query
      select
        b.event_id,
        b.recipient_id,
        b.channel,
        b.type_key,
        b.decided_at as at,
        b.outcome,
        b.rule,
        b.reason,
        b.at as new_at,
        b.outcome as new_outcome,
        b.rule as new_rule,
        b.reason as new_reason
      from unnest(batch) as b where b.nth > pg_catalog.cardinality(b.judged_at);
      if pg_catalog.cardinality(keys) > 0 then
        keys := array(
          select k from unnest(keys) as k
          left join unnest(batch) as b
            on b.event_id = k.event_id and b.recipient_id = k.recipient_id and b.channel = k.channel
            and b.nth > pg_catalog.cardinality(b.judged_at)
            -- What they had from their inbox was told.
            and b.rule is distinct from 'inbox'
          where b.event_id is null
        );
      end if;

      looked_at := array(select f from notify_private.past_rule_inputs(batch, changes, settings, types, sent, keys, first_id) as f);
      verdicts := array(select v from notify_private.evaluate_rules(looked_at) as v);

      -- What is told or waits to be has its key in use; what is suppressed after all gives it back.
      if exists (select from unnest(batch) as b where b.shares_key) then
        keys := array(
          select k from unnest(keys) as k
          left join unnest(verdicts) as v
            on v.recipient_id = k.recipient_id and v.channel = k.channel and v.dedupe_key = k.dedupe_key
            and (v.event_id = k.event_id or v.claims_key)
          where v.event_id is null
        ) || array(
          select k::notify_private.past_key
          from (
            select v.recipient_id, v.channel, v.dedupe_key, v.event_id, least(v.dedupe_expires_at, b.freed_at) as expires_at
            from unnest(verdicts) as v
            join unnest(batch) as b on b.event_id = v.event_id and b.recipient_id = v.recipient_id and b.channel = v.channel
            where b.shares_key and v.claims_key
          ) as k
        );
      end if;
      sent := array(
        select s from unnest(sent) as s
        left join (select distinct f.recipient_id, f.at from unnest(looked_at) as f) as f on f.recipient_id = s.recipient_id
        where f.at is null or s.at > f.at - memory
      ) || array(
        select row(v.recipient_id, v.channel, f.at, b.uncounted_at)::notify_private.past_message
        from unnest(verdicts) as v
        join unnest(looked_at) as f on f.event_id = v.event_id and f.recipient_id = v.recipient_id and f.channel = v.channel
        join unnest(batch) as b on b.event_id = v.event_id and b.recipient_id = v.recipient_id and b.channel = v.channel
        where v.outcome = 'send' and v.channel <> 'in_app' and not notify_hidden.is_test_type(b.type_key)
      );

      select
        pg_catalog.array_agg(notify_private.past(
          event_id => n.event_id, recipient_id => n.recipient_id, channel => n.channel, type_key => n.type_key, place => n.place,
          type_enabled => n.type_enabled, shares_key => n.shares_key,
          at => n.next_at, nth => n.next_nth, released_rule => n.new_rule,
          judged_at => n.judged_at, rule_inputs => n.rule_inputs, held_by => n.held_by, held_until => n.held_until,
          decided_at => n.decided_at, outcome => n.outcome, rule => n.rule, reason => n.reason,
          ended_by => n.ended_by, freed_at => n.freed_at, uncounted_at => n.uncounted_at)) filter (where n.next_at is not null),
        pg_catalog.array_agg(row(
          n.event_id, n.recipient_id, n.channel, n.type_key, k.at, n.outcome, n.rule, n.reason,
          k.new_at, n.new_outcome, n.new_rule, n.new_reason)::notify.backtest_case) filter (where n.next_at is null)
      into back, ended
      from (
        select
          j.*,
          case
            when j.next_nth <= pg_catalog.cardinality(j.judged_at) then j.judged_at[j.next_nth]
            -- All its judgements are behind it: what ended it, if anything but the rules did.
            when j.next_nth is not null then
              case when j.ended_by in ('any', j.new_rule) or j.ended_by = 'digest' and j.new_outcome = 'digest' then j.decided_at end
            when j.new_outcome = 'hold' and j.new_until <= horizon then j.new_until
          end as next_at
        from (
          select
            b.*, v.outcome as new_outcome, v.rule as new_rule, v.reason as new_reason, v.held_until as new_until,
            case
              when v.outcome not in ('hold', 'digest') then null
              -- It waits as it did: until it was judged again.
              when b.held_by[b.nth] = case v.outcome when 'digest' then 'digest ' else '' end || v.rule
                and b.held_until[b.nth] = v.held_until then b.nth + 1
              when b.ended_by = 'any' and b.decided_at <= v.held_until then pg_catalog.cardinality(b.judged_at) + 1
            end as next_nth
          from unnest(verdicts) as v
          join unnest(batch) as b on b.event_id = v.event_id and b.recipient_id = v.recipient_id and b.channel = v.channel
        ) as j
      ) as n
      cross join lateral (select n.decided_at as at, n.at as new_at) as k;
      waiting := waiting || coalesce(back, '{}');
      return query select * from unnest(ended);
    end loop;
    close rounds;
  end loop;
end
$$;
comment on function notify_private.replay(timestamptz, timestamptz, jsonb, integer, integer) is
  'Judges every candidate of the events of a time once more, in the order in which it happened, as if the settings had been '
  'others: the rules are evaluate_rules(), the inputs those that were recorded, except what the changes touch and what follows from what '
  'would have been sent before (caps, dedupe keys, the end of holds). One row per candidate. part of parts: a share of the people.';
