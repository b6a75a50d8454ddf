create or replace function notify.enroll_many(enrollments notify.enrollment_input[]) returns setof notify.enroll_result
language plpgsql volatile
-- Definer: enrollments are nobody's to write. Only services may call it: its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  wrong record;
  made uuid[];
begin
  select i.n, f.field, f.problem into wrong
  from unnest(enrollments) with ordinality as i (journey_key, user_id, subject_type, subject_id, data, n)
  cross join lateral (
    values
      ('journey_key', case when not exists (select from notify.journey_steps as s where s.journey_key = i.journey_key)
        then pg_catalog.format('there is no journey "%s" with steps', left(i.journey_key, 100)) end),
      ('user_id', case when not exists (select from notify.users as u where u.id = i.user_id) then 'there is no such user' end),
      ('subject_id', case when (i.subject_type is null) <> (i.subject_id is null) then 'subject_type and subject_id come together' end),
      ('data', case
        when pg_catalog.jsonb_typeof(i.data) <> 'object' then 'must be an object'
        when pg_catalog.pg_column_size(i.data) > 8192 then 'must be at most 8 kB'
      end)
  ) as f (field, problem)
  where f.problem is not null
  order by i.n
  limit 1;
  if found then
    if pg_catalog.cardinality(enrollments) > 1 then
      wrong.field := pg_catalog.format('enrollments[%s].', wrong.n) || wrong.field;
    end if;
    raise exception '%: %', wrong.field, wrong.problem using errcode = 'RBINV', column = wrong.field,
      hint = notify_private.service_hint(wrong.field);
  end if;

  with written as (
    insert into notify.journey_enrollments (journey_key, user_id, subject_type, subject_id, data, enrolled_at, next_step, next_at)
    select i.journey_key, i.user_id, i.subject_type, i.subject_id, coalesce(i.data, '{}'), now(), s.step, now() + s.delay
    from unnest(enrollments) with ordinality as i (journey_key, user_id, subject_type, subject_id, data, n)
    cross join lateral (
      select x.step, x.delay from notify.journey_steps as x where x.journey_key = i.journey_key order by x.step limit 1
    ) as s
    -- In the order of the key, so that two calls wait for each other instead of deadlocking.
    order by i.journey_key, i.user_id, i.subject_id, i.n
    on conflict (journey_key, user_id, subject_id) where ended_at is null do nothing
    returning id
  )
  select coalesce(pg_catalog.array_agg(w.id), '{}') into made from written as w;

  -- A statement of its own: it sees the enrollment of a transaction that we waited for.
  return query
  select n.id as enrollment_id, not (n.id = any (made) and i.n = min(i.n) over (partition by n.id)) as deduplicated
  from unnest(enrollments) with ordinality as i (journey_key, user_id, subject_type, subject_id, data, n)
  cross join lateral (
    select x.id from notify.journey_enrollments as x
    where x.user_id = i.user_id and x.journey_key = i.journey_key and x.subject_id is not distinct from i.subject_id
    order by x.ended_at is null desc, x.id desc limit 1
  ) as n
  order by i.n;
end
$$;
comment on function notify.enroll_many(notify.enrollment_input[]) is
  'For services: enrolls people in journeys and answers, in the order of the input, with the enrollments. Who is on the way already (same '
  'journey, person and subject) stays where they are: deduplicated = true. Raises RBINV naming the field; then nobody is enrolled.';
grant execute on function notify.enroll_many(notify.enrollment_input[]) to rowbell_writer;
