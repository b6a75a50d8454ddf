create or replace function notify.run_sweep(sweep_key text, note text default null) returns notify.sweep_runs
language plpgsql volatile
-- Definer: operators do not write runs. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  run notify.sweep_runs;
begin
  -- Locked, so that two who ask at once get the same run.
  perform from notify.sweeps as s where s.key = run_sweep.sweep_key for no key update;
  if not found then
    raise exception 'sweep_key: there is no such sweep' using errcode = 'RBNFD', column = 'sweep_key';
  end if;
  if exists (select from notify.sweeps as s where s.key = run_sweep.sweep_key and s.pack = any (notify_hidden.packs_off())) then
    raise exception 'sweep_key: its pack is switched off' using errcode = 'RBCFL', column = 'sweep_key';
  end if;
  select r.* into run from notify.sweep_runs as r
  where r.sweep_key = run_sweep.sweep_key and r.settled_at is null and r.started_at is null;
  if not found then
    insert into notify.sweep_runs (sweep_key, requested_by)
    values (run_sweep.sweep_key, notify_hidden.current_user_id())
    returning * into run;
    perform graphile_worker.add_job('sweep__run', job_key => 'sweep__run');
    perform notify_hidden.note_operator_action('run_sweep', run_sweep.sweep_key, run_sweep.note);
  end if;
  return run;
end
$$;
comment on function notify.run_sweep(text, text) is $$
For operators: has a worker run a sweep at once, whenever it is due next; a request may not take as long as a sweep
over everything. What was already said is not said twice. The run tells how it went,
its counts follow within a minute of its events being planned.
$$;
grant execute on function notify.run_sweep(text, text) to rowbell_operator;
