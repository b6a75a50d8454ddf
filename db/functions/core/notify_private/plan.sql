create or replace function notify_private.plan(event_ids uuid[], max_candidates integer default 1000) returns boolean
language plpgsql volatile
-- Definer: the worker may plan, but has no business in the tables themselves. Its grant is the check of the caller.
security definer set search_path = ''
as $$
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  locked notify.events[];
  audience record;
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
    where e.id = any (event_ids) and e.planned_at is null and e.canceled_at is null and e.due_at <= at
    order by e.id
    for update skip locked
  ) as e;
  if locked is null then
    return false;
  end if;
  -- An event half-planned goes on alone, so that its cursor is one constant that the audience's index can start from.
  if (locked[1]).plan_cursor is not null or pg_catalog.cardinality(locked) > 1 and exists (
    select from unnest(locked) as e where e.plan_cursor is not null
  ) then
    more := pg_catalog.cardinality(locked) > 1;
    select array[e] into locked from unnest(locked) as e where e.plan_cursor is not null order by e.id limit 1;
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
    execute pg_catalog.format(
      'select coalesce(array_agg(row(m.event_id, m.recipient_id, m.variant, m.variables)::notify_private.audience_member), ''{}'')
       from (select * from %s(%L::uuid[]) as a %s order by a.event_id, a.recipient_id limit %s) as m',
      pg_catalog.regexp_replace(audience.name, '^(.+)\.(.+)$', '"\1"."\2"'),
      audience.event_ids,
      case when audience.cursor is null then '' else pg_catalog.format('where a.recipient_id > %L', audience.cursor) end,
      room) into found_members;
    members := members || found_members;
    if pg_catalog.cardinality(found_members) < room then
      finished := finished || audience.event_ids;
    else
      -- Full: everything before the last event is whole, that one goes on from its cursor, the rest waits.
      more := true;
      finished := finished || array(
        select id from unnest(audience.event_ids) as id where id < (found_members[pg_catalog.cardinality(found_members)]).event_id);
      update notify.events set plan_cursor = (found_members[pg_catalog.cardinality(found_members)]).recipient_id
      where id = (found_members[pg_catalog.cardinality(found_members)]).event_id;
    end if;
    room := room - pg_catalog.cardinality(found_members);
  end loop;

  if pg_catalog.cardinality(members) > 0 then
    -- One order for everyone, hence no deadlock; the next statement then sees what earlier holders committed.
    perform from notify.users as u
    where u.id = any (array(select m.recipient_id from unnest(members) as m))
    order by u.id for no key update;
    perform notify_private.apply_rules(locked, members, at);
  end if;

  update notify.events set planned_at = at, plan_cursor = null, plan_error = null where id = any (finished);
  return more;
end
$$;
comment on function notify_private.plan(uuid[], integer) is
  'Plans due events: audience, rules, then notifications, decisions and deliveries, in one transaction and at most max_candidates recipients. Returns whether there is more to do; call it again in a new transaction. Safe to call by many at once, and again after a crash.';
grant execute on function notify_private.plan(uuid[], integer) to rowbell_worker;
