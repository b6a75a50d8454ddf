create or replace function notify_private.plan(event_ids uuid[], max_candidates integer default 500) returns boolean
language plpgsql volatile
-- Definer: the worker may plan, but has no business in the tables themselves. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
-- Generic plans, which may not scan: docs/decisions/0001, 8.
set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off set enable_bitmapscan = off
-- An application may keep a person's row locked for as long as its transaction stays open. Waiting for it without end
-- let one such transaction take every place of a lane, hence all sending with it.
set lock_timeout = '5s'
as $$
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  locked notify.events[];
  fresh notify.events[];
  audience record;
  source text;
  last notify_private.audience_member;
  found_members notify_private.audience_member[];
  members notify_private.audience_member[] := '{}';
  finished uuid[] := '{}';
  room integer := max_candidates;
  more boolean := false;
begin
  -- Whoever holds an event plans it; a second planner passes by.
  select pg_catalog.array_agg(e order by e.id) into locked
  from (
    select * from notify.events as e
    where e.id = any (event_ids) and e.planned_at is null and e.canceled_at is null
      and coalesce(e.retry_at, e.due_at) <= at
    order by e.id
    for update skip locked
  ) as e;
  if locked is null then
    return false;
  end if;
  -- Whatever has not begun goes first: behind a broadcast half-planned single rows waited for all of it (10 s, seen). What
  -- is half-planned goes on alone, from the rest of its audience, which its first slice wrote down.
  if pg_catalog.cardinality(locked) > 1 and exists (select from unnest(locked) as e where e.plan_cursor is not null) then
    more := true;
    fresh := array(select e from unnest(locked) as e where e.plan_cursor is null order by e.id);
    locked := case when pg_catalog.cardinality(fresh) > 0 then fresh else locked[1:1] end;
  end if;

  for audience in
    select t.audience as name, pg_catalog.array_agg(e.id order by e.id) as event_ids, min(e.plan_cursor::text)::uuid as cursor
    from unnest(locked) as e join notify.notification_types as t on t.key = e.type_key
    group by t.audience order by min(e.id::text)
  loop
    if room <= 0 then
      more := true;
      exit;
    end if;
    source := pg_catalog.regexp_replace(audience.name, '^(.+)\.(.+)$', '"\1"."\2"');
    if audience.cursor is null then
      execute pg_catalog.format(
        'select coalesce(array_agg(row(m.event_id, m.recipient_id, m.variant, m.variables)::notify_private.audience_member), ''{}'')
         from (
           -- Nobody is no recipient; as the last of a full slice it would leave the event without a cursor.
           select * from %s($1) as a where a.recipient_id is not null order by a.event_id, a.recipient_id limit $2
         ) as m', source)
      into found_members using audience.event_ids, room;
      if pg_catalog.cardinality(found_members) < room then
        finished := finished || audience.event_ids;
      else
        -- Full: everything before the last event is whole, that one goes on from its cursor, the events after it wait.
        more := true;
        last := found_members[pg_catalog.cardinality(found_members)];
        finished := finished || array(select id from unnest(audience.event_ids) as id where id < last.event_id);
        update notify.events set plan_cursor = last.recipient_id, plan_attempts = 0, plan_error = null, retry_at = null
      where id = last.event_id;
        -- The rest is written down once, because an audience is a join whose order no index gives: asking it again for
        -- each slice sorted what was left of 100 000 members a hundred times (150 to 290 ms each). A row is a slice: a
        -- row for each member cost 10 us a member, a tenth of all that planning and sending it costs.
        execute pg_catalog.format(
          'insert into notify_private.audience_rest (event_id, slice, members)
           select m.event_id, m.slice, array_agg(row(m.event_id, m.recipient_id, m.variant, m.variables)::notify_private.audience_member)
           from (
             select a.*, (row_number() over (order by a.recipient_id) - 1) / $3 as slice
             from %s($1) as a where a.recipient_id > $2
           ) as m
           group by m.event_id, m.slice', source)
        using array[last.event_id], last.recipient_id, max_candidates;
      end if;
    else
      delete from notify_private.audience_rest as r
      where r.event_id = audience.event_ids[1] and r.slice = (
        select q.slice from notify_private.audience_rest as q where q.event_id = audience.event_ids[1] order by q.slice limit 1
      )
      returning r.members into found_members;
      found_members := coalesce(found_members, '{}');
      if exists (select from notify_private.audience_rest as r where r.event_id = audience.event_ids[1]) then
        more := true;
        update notify.events set plan_cursor = (found_members[pg_catalog.cardinality(found_members)]).recipient_id
        where id = audience.event_ids[1];
      else
        finished := finished || audience.event_ids;
      end if;
    end if;
    members := members || found_members;
    room := room - pg_catalog.cardinality(found_members);
  end loop;

  if pg_catalog.cardinality(members) > 0 then
    if exists (select from unnest(locked) as e where e.plan_attempts > 0) then
      -- It may have been the lock that failed: no patience a second time.
      perform pg_catalog.set_config('lock_timeout', '500ms', true);
    end if;
    -- One order for everyone, hence no deadlock; the next statement then sees what earlier holders committed.
    perform from notify.users as u
    where u.id = any (array(select m.recipient_id from unnest(members) as m))
    order by u.id for no key update;
    -- The instant is taken under the locks: a person's judgements then have the order of their instants, and the past can be
    -- replayed in it.
    perform notify_private.apply_rules(locked, members, pg_catalog.clock_timestamp());
  end if;

  update notify.events set planned_at = at, plan_cursor = null, plan_error = null, retry_at = null where id = any (finished);
  return more;
end
$$;
comment on function notify_private.plan(uuid[], integer) is
  'Plans due events: audience, rules, then notifications, decisions and deliveries, in one '
  'transaction and at most max_candidates recipients. Returns whether there is more to do; '
  'call it again in a new transaction. Safe to call by many at once, and again after a crash.';
grant execute on function notify_private.plan(uuid[], integer) to rowbell_worker;
