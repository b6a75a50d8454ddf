create or replace function notify_private.finalize_sweep_runs() returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  run notify.sweep_runs;
  settled bigint := 0;
begin
  for run in
    select r.* from notify.sweep_runs as r
    where r.settled_at is null and r.finished_at is not null
      and not exists (
        -- Still to be planned. One that cannot be planned does not keep the others from being counted.
        select from notify.events as e
        where e.planned_at is null and e.canceled_at is null and e.plan_error is null
          and e.id >= notify_private.uuidv7_floor(r.started_at - interval '1 second')
          and e.id < notify_private.uuidv7_floor(r.finished_at + interval '1 second')
          and e.data ->> 'sweep_run_id' = r.id::text
      )
    for update skip locked
  loop
    update notify.sweep_runs as r
    set events = c.events, sent = c.sent, held_back = c.held_back, waiting = c.waiting, settled_at = pg_catalog.clock_timestamp()
    from (
      select
        pg_catalog.count(distinct e.id) as events,
        pg_catalog.count(*) filter (where d.outcome = 'send') as sent,
        pg_catalog.count(*) filter (where d.outcome = 'suppress') as held_back,
        pg_catalog.count(*) filter (where d.outcome not in ('send', 'suppress')) as waiting
      from notify.events as e left join notify.decisions as d on d.event_id = e.id
      -- Ids begin with their time, so both tables are asked for a few minutes of theirs only; a second either way costs
      -- nothing, and milliseconds are rounded.
      where e.id >= notify_private.uuidv7_floor(run.started_at - interval '1 second')
        and e.id < notify_private.uuidv7_floor(run.finished_at + interval '1 second')
        and e.data ->> 'sweep_run_id' = run.id::text
    ) as c
    where r.id = run.id;
    settled := settled + 1;
  end loop;
  return settled;
end
$$;
comment on function notify_private.finalize_sweep_runs() is
  'Counts what became of the events of sweeps, once all of a run''s events are planned; returns how many runs were settled.';
