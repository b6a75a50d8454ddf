create or replace function notify_private.run_due_sweeps() returns setof notify.sweep_runs
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  run notify.sweep_runs;
begin
  perform notify_private.finalize_sweep_runs();
  with due as (
    select s.key, make_interval(secs => extract(epoch from s.period)) as period
    from notify.sweeps as s
    where s.enabled and s.pack <> all (notify_hidden.packs_off())
      and least(s.next_run_at, s.retry_at) <= at order by s.key for update skip locked
  ),
  moved as (
    -- The next one in its rhythm, also where this one is late or made up for; after an outage of three days that is one
    -- run and not three. date_bin() counts in spans of time, so a day is 24 hours.
    update notify.sweeps as s
    set
      next_run_at = case
        when s.next_run_at <= at then pg_catalog.date_bin(due.period, at, s.next_run_at) + due.period else s.next_run_at
      end,
      retry_at = null
    from due where s.key = due.key
    returning s.key
  )
  insert into notify.sweep_runs (sweep_key) select m.key from moved as m order by m.key;
  for run in
    select r.* from notify.sweep_runs as r
    where r.settled_at is null and r.started_at is null and exists (
      select from notify.sweeps as s where s.key = r.sweep_key and s.pack <> all (notify_hidden.packs_off())
    )
    order by r.id for update skip locked
  loop
    run := notify_private.execute_sweep_run(run.id);
    if run.error is not null and run.requested_by is null then
      update notify.sweeps as s set retry_at = run.finished_at + interval '5 minutes' where s.key = run.sweep_key;
    end if;
    return next run;
  end loop;
end
$$;
comment on function notify_private.run_due_sweeps() is
  'Runs the sweeps that are due or asked for, and counts what became of earlier '
  'runs. The worker calls it every minute; several at once share the work.';
grant execute on function notify_private.run_due_sweeps() to rowbell_worker;
