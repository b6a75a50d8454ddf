create or replace function notify_private.release_holds(lane text, max_holds integer default 500) returns boolean
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off set enable_bitmapscan = off set lock_timeout = '5s'
as $$
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  due notify.holds[];
  people uuid[];
  is_full boolean;
  unclear uuid[];
begin
  due := array(
    select h from notify.holds as h
    where h.lane = release_holds.lane and h.released_at is null and h.due_at <= at
    order by h.due_at limit max_holds
  );
  is_full := pg_catalog.cardinality(due) = max_holds;
  if pg_catalog.cardinality(due) = 0 then
    return false;
  end if;
  -- Whom another planner holds is left to the next look: the other may be releasing the same.
  people := array(
    select u.id from notify.users as u
    where u.id = any (array(select h.recipient_id from unnest(due) as h))
    order by u.id for no key update skip locked
  );
  -- Before the holds, as the receipts do it: of a receipt and this timer the first to have the delivery decides.
  perform from notify.deliveries as d
  where d.is_awaited and d.notification_id = any (array(
    select h.notification_id from unnest(due) as h where h.rule = 'fallback' and h.recipient_id = any (people)
  ))
  order by d.id for no key update;
  perform notify_private.advance_fallbacks(
    array(select distinct h.notification_id from unnest(due) as h where h.rule = 'fallback' and h.recipient_id = any (people)), at);
  due := array(
    select h from unnest(due) as x
    cross join lateral (
      select * from notify.holds as y
      where y.event_id = x.event_id and y.recipient_id = x.recipient_id and y.channel = x.channel
        and y.released_at is null and y.due_at <= at
      for update
    ) as h
    where x.recipient_id = any (people)
  );
  -- What one person's quiet hours held is judged in one call, wherever the limit fell.
  if is_full then
    due := due || array(
      select h::notify.holds from (
        select * from notify.holds as y
        where y.recipient_id = any (people) and y.released_at is null and y.rule = 'quiet_hours' and y.due_at <= at
          and y.lane = release_holds.lane
          and (y.event_id, y.recipient_id, y.channel) not in (select x.event_id, x.recipient_id, x.channel from unnest(due) as x)
        for update
      ) as h
    );
  end if;
  if pg_catalog.cardinality(due) > 0 then
    begin
      -- Under the locks, as in plan(): a person's judgements have the order of their instants.
      perform notify_private.reevaluate_holds(due, pg_catalog.clock_timestamp());
    exception when others then
      -- One of them cannot be judged (its still_relevant function is broken): the others must not wait for it, nor come one by one.
      unclear := notify_private.relevance_check_failures(array(
        select notify_private.candidate(h.notification_id, h.event_id, n.type_key, h.recipient_id)
        from unnest(due) as h
        cross join lateral (select x.type_key from notify.notifications as x where x.id = h.notification_id limit 1) as n
      ));
      update notify.holds as h set due_at = at + interval '5 minutes'
      where h.notification_id = any (unclear) and h.released_at is null
        and (h.event_id, h.recipient_id, h.channel) in (select x.event_id, x.recipient_id, x.channel from unnest(due) as x);
      due := array(select h from unnest(due) as h where h.notification_id <> all (unclear));
      begin
        perform notify_private.reevaluate_holds(due, pg_catalog.clock_timestamp());
        return true;
      exception when others then
        null;
      end;
      for n in 1..pg_catalog.cardinality(due) loop
        begin
          perform notify_private.reevaluate_holds(due[n:n], pg_catalog.clock_timestamp());
        exception when others then
          raise warning 'held candidate of event % cannot be judged: % %', due[n].event_id, sqlstate, sqlerrm;
          update notify.holds as h set due_at = at + interval '5 minutes'
          where h.event_id = due[n].event_id and h.recipient_id = due[n].recipient_id and h.channel = due[n].channel
            and h.released_at is null;
        end;
      end loop;
    end;
  end if;
  return pg_catalog.cardinality(due) > 0;
end
$$;
comment on function notify_private.release_holds(text, integer) is
  'Judges held candidates of a lane whose time has come again, by the same rules, and applies the answer: sent, held '
  'on, or suppressed. Returns whether it did anything; call it again until it did not. Safe to call by many at once.';
grant execute on function notify_private.release_holds(text, integer) to rowbell_worker;
