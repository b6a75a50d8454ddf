create or replace function notify_private.advance_journeys(max_enrollments integer default 200) returns boolean
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan set jit = off set enable_seqscan = off set enable_bitmapscan = off
as $$
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  picked notify.journey_enrollments[];
  locked uuid[];
  due notify.journey_enrollments[];
  enrollment notify.journey_enrollments;
begin
  -- Nothing here waits for a lock, as in close_digests().
  select pg_catalog.array_agg(n) into picked
  from (
    select * from notify.journey_enrollments as n where n.ended_at is null and n.next_at <= at
    order by n.next_at limit max_enrollments
    for update skip locked
  ) as n;
  select pg_catalog.array_agg(u.id) into locked
  from (
    select x.id from notify.users as x
    where x.id = any (array(select p.user_id from unnest(picked) as p))
    for no key update skip locked
  ) as u;
  -- One a person and journey at a time, so that what is to wait for the next day sees what was told today.
  select pg_catalog.array_agg(p) into due
  from (
    select distinct on (n.user_id, n.journey_key) n as p from unnest(picked) as n
    where n.user_id = any (locked)
    order by n.user_id, n.journey_key, n.next_at, n.id
  ) as p;
  if due is null then
    return false;
  end if;
  begin
    perform notify_private.run_journey_steps(due, at);
  exception when others then
    -- A function of one journey is broken: the others must not wait for it, and it can be mended.
    foreach enrollment in array due loop
      begin
        perform notify_private.run_journey_steps(array[enrollment], at);
      exception when others then
        update notify.journey_enrollments as n
        set next_at = at + interval '5 minutes', advance_error = left(sqlstate || ': ' || sqlerrm, 1000)
        where n.id = enrollment.id;
      end;
    end loop;
  end;
  return pg_catalog.cardinality(picked) = max_enrollments
    or pg_catalog.cardinality(due) < (select pg_catalog.count(*) from unnest(picked) as p where p.user_id = any (locked));
end
$$;
comment on function notify_private.advance_journeys(integer) is
  'Takes the next step of enrollments that are due, in one transaction; returns whether there '
  'may be more. Safe to call by many at once, and again after a crash: a step is taken once.';
grant execute on function notify_private.advance_journeys(integer) to rowbell_worker;
