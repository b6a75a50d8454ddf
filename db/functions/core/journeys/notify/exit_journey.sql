create or replace function notify.exit_journey(
  journey_key text, user_ids uuid[], subject_id uuid default null, reason text default 'exited'
) returns integer
language plpgsql volatile
-- Definer: enrollments are nobody's to write. Only services may call it: its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  concerned uuid[];
  ended integer;
begin
  if not exists (select from notify.journeys as j where j.key = exit_journey.journey_key) then
    raise exception 'journey_key: there is no journey "%"', left(exit_journey.journey_key, 100)
      using errcode = 'RBINV', column = 'journey_key', hint = notify_private.service_hint('journey_key');
  end if;
  if exit_journey.reason is null or exit_journey.reason not in ('exited', 'canceled') then
    raise exception 'reason: must be exited or canceled' using errcode = 'RBINV', column = 'reason';
  end if;
  -- The ended ones, too: their last message may still wait for the morning. Whoever is just taking a step is waited for,
  -- and what follows sees it.
  select pg_catalog.array_agg(n.id) into concerned
  from (
    select x.id from notify.journey_enrollments as x
    where x.user_id = any (exit_journey.user_ids) and x.journey_key = exit_journey.journey_key
      and (exit_journey.subject_id is null or x.subject_id = exit_journey.subject_id)
    order by x.id for update
  ) as n;
  with gone as (
    update notify.journey_enrollments as n
    set
      left_at = pg_catalog.clock_timestamp(), ended_at = coalesce(n.ended_at, pg_catalog.clock_timestamp()),
      end_reason = coalesce(n.end_reason, exit_journey.reason), next_step = null, next_at = null, advance_error = null
    where n.id = any (concerned) and n.left_at is null
    returning old.ended_at is null as was_open
  )
  select pg_catalog.count(*) filter (where g.was_open) into ended from gone as g;
  perform notify_private.cancel_journey_events(concerned);
  return ended;
end
$$;
comment on function notify.exit_journey(text, uuid[], uuid, text) is
  'For services: takes people out of a journey, of one subject or (null) of all: no further step, and what was told of it '
  'but not sent yet is canceled. Takes effect with the caller''s commit. Returns how many enrollments it ended.';
grant execute on function notify.exit_journey(text, uuid[], uuid, text) to rowbell_writer;
