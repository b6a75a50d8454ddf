create or replace function notify_private.run_journey_steps(due notify.journey_enrollments[], at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  exited uuid[];
begin
  with asked as materialized (
    select
      n.id, n.user_id, n.journey_key, n.subject_type, n.subject_id, n.data, n.enrolled_at,
      s.step, s.type_key, s.variant, p.reached,
      case
        when j.progress is not null and p.reached is null then 'exited'
        when n.enrolled_at + j.expires_after <= at then 'expired'
        when s.step is null then 'completed'
        when j.pack = any (notify_hidden.packs_off()) then 'skipped'
        when f.free_at > at then 'waits'
        when s.condition is null or notify_private.call_journey_function(s.condition, n.user_id, n.subject_id) = 'true' then 'told'
        else 'skipped'
      end as fate,
      f.free_at
    from unnest(due) as n
    cross join lateral (select * from notify.journeys as x where x.key = n.journey_key limit 1) as j
    left join lateral (
      select * from notify.journey_steps as x where x.journey_key = n.journey_key and x.step >= n.next_step order by x.step limit 1
    ) as s on true
    cross join lateral (select notify_private.call_journey_function(j.progress, n.user_id, n.subject_id) as reached) as p
    left join lateral (
      select notify_private.local_instant(
        (max(t.taken_at) at time zone notify_hidden.clock_zone(z.zone)) + interval '1 day', z.zone, 'first') as free_at
      from (select coalesce(u.time_zone, 'UTC') as zone from notify.users as u where u.id = n.user_id) as z
      cross join notify.journey_enrollments as o
      join notify.journey_steps_taken as t on t.enrollment_id = o.id and t.outcome = 'told'
      where j.at_most_daily and o.user_id = n.user_id and o.journey_key = n.journey_key
      group by z.zone
    ) as f on true
  ),
  taken as (
    insert into notify.journey_steps_taken (enrollment_id, step, outcome, taken_at, event_id)
    select a.id, a.step, a.fate, at, case a.fate when 'told' then uuidv7() end
    from asked as a where a.fate in ('told', 'skipped')
    returning enrollment_id, event_id
  ),
  emitted as (
    insert into notify.events (id, type_key, subject_type, subject_id, data, idempotency_key)
    select
      t.event_id, a.type_key, a.subject_type, a.subject_id,
      pg_catalog.jsonb_build_object(
        'enrollment_id', a.id, 'step', a.step, 'variant', a.variant, 'variables', a.data || coalesce(a.reached, '{}')),
      'journey:' || a.id || ':' || a.step
    from taken as t join asked as a on a.id = t.enrollment_id
    where t.event_id is not null
  ),
  moved as (
    update notify.journey_enrollments as n
    set
      next_step = case when x.ending is null then x.next_step end,
      next_at = case when x.ending is null then x.next_at end,
      ended_at = case when x.ending is not null then at end,
      end_reason = x.ending,
      advance_error = null
    from (
      select
        a.id,
        case
          when a.fate in ('exited', 'expired', 'completed') then a.fate
          when a.fate <> 'waits' and f.step is null then 'completed'
        end as ending,
        case a.fate when 'waits' then a.step else f.step end as next_step,
        case
          when a.fate = 'waits' then a.free_at
          else case f.delay_from when 'previous' then at else a.enrolled_at end + f.delay
        end as next_at
      from asked as a
      left join lateral (
        select * from notify.journey_steps as y where y.journey_key = a.journey_key and y.step > a.step order by y.step limit 1
      ) as f on true
    ) as x
    where n.id = x.id
    returning n.id, n.end_reason
  )
  select pg_catalog.array_agg(m.id) into exited from moved as m where m.end_reason = 'exited';
  if exited is not null then
    perform notify_private.cancel_journey_events(exited);
  end if;
end
$$;
comment on function notify_private.run_journey_steps(notify.journey_enrollments[], timestamptz) is
  'Takes the next step of each: out of the journey, or told, skipped or put off, and on to the '
  'step after it. Part of advance_journeys(), which holds the enrollments and their people.';
