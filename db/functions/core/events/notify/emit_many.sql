create or replace function notify.emit_many(events notify.event_input[]) returns setof notify.emit_result
language plpgsql volatile
-- Definer: it answers with the events' ids, and the keys are nobody's to read. Only services may call it: its grant is
-- the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  wrong record;
begin
  select i.n, f.field, f.problem into wrong
  from unnest(events) with ordinality as i (type_key, actor_id, subject_type, subject_id, data, idempotency_key, due_at, n)
  left join notify.notification_types as t on t.key = i.type_key
  cross join lateral (
    values
      ('type_key', case when t.key is null then pg_catalog.format('there is no notification type "%s"', left(i.type_key, 100)) end),
      ('subject_id', case when (i.subject_type is null) <> (i.subject_id is null) then 'subject_type and subject_id come together' end),
      ('data', case
        when pg_catalog.jsonb_typeof(i.data) <> 'object' then 'must be an object'
        when pg_catalog.pg_column_size(i.data) > 16384 then 'must be at most 16 kB'
      end),
      ('idempotency_key', case when length(i.idempotency_key) not between 1 and 500 then 'must have 1 to 500 characters' end),
      ('due_at', case when not isfinite(i.due_at) then 'must be an instant' end)
  ) as f (field, problem)
  where f.problem is not null
  order by i.n
  limit 1;
  if found then
    if pg_catalog.cardinality(events) > 1 then
      wrong.field := pg_catalog.format('events[%s].', wrong.n) || wrong.field;
    end if;
    raise exception '%: %', wrong.field, wrong.problem using errcode = 'RBINV', column = wrong.field,
      hint = notify_private.service_hint(wrong.field);
  end if;

  return query
  -- Ids in the order of the input; rows in the order of their keys, so that two calls with the same keys wait for each
  -- other instead of deadlocking.
  with input as materialized (
    select i.*, uuidv7() as id
    from unnest(events) with ordinality as i (type_key, actor_id, subject_type, subject_id, data, idempotency_key, due_at, n)
  ),
  written as (
    insert into notify.events (id, type_key, actor_id, subject_type, subject_id, data, idempotency_key, due_at)
    select i.id, i.type_key, i.actor_id, i.subject_type, i.subject_id,
      coalesce(i.data, '{}'), i.idempotency_key, coalesce(i.due_at, now())
    from input as i
    order by i.idempotency_key, i.n
    returning id
  )
  -- Who came first is asked after the insert: only then is it settled, here or in the transaction we waited for.
  select
    coalesce(w.id, notify_private.event_with_key(i.idempotency_key)) as event_id,
    w.id is null as deduplicated
  from input as i left join written as w on w.id = i.id
  order by i.n;
end
$$;
comment on function notify.emit_many(notify.event_input[]) is
  'For services: makes events and answers, in the order of the input, with their ids. An idempotency key seen before (also within the '
  'call) makes no second event: the first one''s id comes back with deduplicated = true. Raises RBINV naming the field; '
  'then nothing is made.';
grant execute on function notify.emit_many(notify.event_input[]) to rowbell_writer;
