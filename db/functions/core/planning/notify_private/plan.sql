create or replace function notify_private.plan(
  event_ids uuid[], max_candidates integer default 500, one_by_one boolean default false
) returns boolean
language plpgsql volatile
-- Definer: the worker may plan, but has no business in the tables themselves. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
-- Generic plans, which may not scan: docs/decisions/0001, 8.
set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off set enable_bitmapscan = off
-- People are never waited for. What else may be locked (a table that a migration changes) must not take every place of a lane.
set lock_timeout = '5s'
as $$
declare
  few constant integer := 20;
  at constant timestamptz := pg_catalog.clock_timestamp();
  -- In order: the first and the last tell a statement which partitions it need not open.
  ids constant uuid[] := pg_catalog.array_sort(event_ids);
  locked notify.events[];
  audience record;
  source text;
  last notify_private.audience_member;
  found_members notify_private.audience_member[];
  rest_members notify_private.audience_member[];
  -- How many rows they were.
  named bigint;
  chosen notify_private.audience_member[] := '{}';
  people uuid[];
  expected bigint;
  -- Events of which nobody is left but whom audience_rest has.
  begun uuid[];
  -- Events of which this call takes a part alone.
  masses uuid[] := '{}';
  goes_on boolean;
  room integer := max_candidates;
  more boolean := false;
  waits boolean;
begin
  -- Whoever holds an event plans it; a second planner passes by.
  select pg_catalog.array_agg(e order by e.id), coalesce(pg_catalog.array_agg(e.id) filter (where e.plan_cursor is not null), '{}')
  into locked, begun
  from (
    select * from notify.events as e
    where e.id = any (ids) and e.id between ids[1] and ids[pg_catalog.cardinality(ids)]
      and e.planned_at is null and e.canceled_at is null and coalesce(e.retry_at, e.due_at) <= at
    order by e.id
    for update skip locked
  ) as e;
  if locked is null then
    return false;
  end if;
  goes_on := pg_catalog.cardinality(begun) > 0;

  -- Whatever has not begun goes first: behind a broadcast half-planned single rows waited for all of it (10 s, seen).
  for audience in
    select t.audience as name, pg_catalog.array_agg(e.id order by e.id) as event_ids, pg_catalog.bool_or(e.is_retried) as are_retried
    from unnest(locked) as e join notify.notification_types as t on t.key = e.type_key
    where e.plan_cursor is null
    group by t.audience order by min(e.id::text)
  loop
    if room <= 0 then
      more := true;
      exit;
    end if;
    source := pg_catalog.regexp_replace(audience.name, '^(.+)\.(.+)$', '"\1"."\2"');
    execute pg_catalog.format(
      'select coalesce(max(m.named), 0),
         coalesce(array_agg(row(m.event_id, m.recipient_id, m.variant, m.variables)::notify_private.audience_member), ''{}'')
       from (
         -- Whom a join names twice is told once. Of the slice: the whole audience would have to be sorted for it.
         select distinct on (a.event_id, a.recipient_id) a.*, count(*) over () as named
         from (
           -- Nobody is no recipient; as the last of a full slice it would leave the event without a cursor.
           select * from %s($1) as a where a.recipient_id is not null%s order by a.event_id, a.recipient_id, a.variant limit $2
         ) as a
         order by a.event_id, a.recipient_id, a.variant
       ) as m', source, notify_private.untold_condition(audience.are_retried))
    into named, found_members using audience.event_ids, room;
    if named < room then
      begun := begun || audience.event_ids;
    else
      -- Full: everything before the last event is whole, that one goes on from its cursor, the events after it wait.
      more := true;
      last := found_members[pg_catalog.cardinality(found_members)];
      -- The first of a mass are few, so that somebody hears of it at once: 500 take some 40 ms, and are 500 frames to write.
      rest_members := case when found_members[1].event_id = last.event_id then found_members[few + 1:] else '{}' end;
      found_members := found_members[:pg_catalog.cardinality(found_members) - pg_catalog.cardinality(rest_members)];
      begun := begun || array(select id from unnest(audience.event_ids) as id where id <= last.event_id);
      masses := masses || last.event_id;
      -- Who comes after them is asked for by the next call, so that nobody waits for that.
      insert into notify_private.audience_rest (event_id, slice, members, after)
      select last.event_id, x.slice, x.members, x.after
      from (values (0, rest_members, null::uuid), (1, '{}', last.recipient_id)) as x (slice, members, after)
      where pg_catalog.cardinality(x.members) > 0 or x.after is not null;
    end if;
    chosen := chosen || found_members;
    room := room - pg_catalog.cardinality(found_members);
  end loop;

  -- What has begun goes on from what was written down, a slice of each event: the smallest first, so that people who were held do
  -- not wait for the end of a broadcast, and so many as begin within the room, so that it does not wait for them.
  if goes_on then
    perform notify_private.write_audience_rest(locked, max_candidates);
    with next as (
      select r.event_id, r.slice, r.size, sum(r.size) over (order by r.size, r.due_at, r.event_id) as candidates
      from unnest(locked) as e
      cross join lateral (
        select q.event_id, q.slice, q.due_at, pg_catalog.cardinality(q.members) as size from notify_private.audience_rest as q
        where q.event_id = e.id and q.after is null and q.due_at <= at order by q.due_at, q.slice limit 1
      ) as r
      where e.plan_cursor is not null
    ), taken as (
      delete from notify_private.audience_rest as r using next as n
      where r.event_id = n.event_id and r.slice = n.slice
        and (n.candidates <= room or (n.candidates - n.size < room and pg_catalog.cardinality(chosen) = 0))
      returning r.members
    )
    select coalesce(pg_catalog.array_agg(m order by m.event_id, m.recipient_id), '{}') into found_members
    from taken as t cross join unnest(t.members) as m;
    chosen := chosen || found_members;
  end if;

  if pg_catalog.cardinality(chosen) > 0 then
    -- One order for everyone, hence no deadlock; the next statement then sees what earlier holders committed. Whom somebody
    -- holds (an application may for as long as its transaction is open) is passed over and comes back: they delay nobody else.
    select coalesce(pg_catalog.array_agg(u.id), '{}'), (select count(distinct m.recipient_id) from unnest(chosen) as m)
    into people, expected
    from (
      select p.id from notify.users as p
      where p.id = any (array(select m.recipient_id from unnest(chosen) as m))
      order by p.id for no key update skip locked
    ) as u;
    if pg_catalog.cardinality(people) < expected then
      chosen := notify_private.pass_over_held(locked, chosen, people);
    end if;
    -- The instant is taken under the locks: a person's judgements then have the order of their instants, and the past can be
    -- replayed in it.
    perform notify_private.apply_rules(locked, chosen, pg_catalog.clock_timestamp(), masses, one_by_one);
  end if;

  with moved as (
    update notify.events as e
    set planned_at = case when r.event_id is null then at end,
      -- Somebody who was planned last, for whoever looks; what counts is that there is one.
      plan_cursor = case when r.event_id is not null then coalesce(
        (select m.recipient_id from unnest(chosen) as m where m.event_id = e.id order by m.recipient_id desc limit 1),
        e.plan_cursor, e.id) end,
      plan_attempts = case when r.event_id is null then e.plan_attempts else 0 end,
      plan_error = null,
      retry_at = case when r.due_at > at then r.due_at end
    from unnest(begun) as b (id)
    left join lateral (
      select x.event_id, x.due_at from notify_private.audience_rest as x where x.event_id = b.id order by x.due_at limit 1
    ) as r on true
    -- Said twice: by the array they are found, to which what is left of each is then joined.
    where e.id = b.id and e.id = any (ids) and e.id between ids[1] and ids[pg_catalog.cardinality(ids)]
    returning r.due_at <= at as goes_on
  )
  select coalesce(pg_catalog.bool_or(m.goes_on), false) into waits from moved as m;
  return more or waits;
end
$$;
comment on function notify_private.plan(uuid[], integer, boolean) is
  'Plans due events: audience, rules, then notifications, decisions and deliveries, in one transaction and at most '
  'max_candidates recipients. Passes over people whose rows somebody holds; they come back by themselves. Returns whether there '
  'is more to do now; call it again in a new transaction. Safe to call by many at once, and again after a crash. one_by_one, of one '
  'event: whoever of its audience cannot be told keeps nobody else from it.';
grant execute on function notify_private.plan(uuid[], integer, boolean) to rowbell_worker;
