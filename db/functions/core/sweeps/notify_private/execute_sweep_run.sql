create or replace function notify_private.execute_sweep_run(run_id uuid) returns notify.sweep_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp
-- Over everything there is, hence scanned where that pays; compiling it does not.
set jit = off
as $$
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  function text;
  looked_at bigint;
  failure text;
  run notify.sweep_runs;
begin
  -- One at a time of each: whoever comes second sees what the first has made.
  select s.function into strict function
  from notify.sweep_runs as r join notify.sweeps as s on s.key = r.sweep_key where r.id = execute_sweep_run.run_id for update of s;
  begin
    execute pg_catalog.format('select %s($1, $2)', pg_catalog.regexp_replace(function, '^(.+)\.(.+)$', '"\1"."\2"'))
    into looked_at using execute_sweep_run.run_id, at;
  exception when others then
    -- What it did is undone; that it failed is not, and other packs' sweeps go on.
    failure := left(sqlstate || ': ' || sqlerrm, 1000);
  end;
  update notify.sweep_runs as r set started_at = at, finished_at = pg_catalog.clock_timestamp(), seen = looked_at, error = failure
  where r.id = execute_sweep_run.run_id;
  if failure is not null then
    update notify.sweep_runs as r set events = 0, sent = 0, held_back = 0, waiting = 0, settled_at = r.finished_at
      where r.id = execute_sweep_run.run_id;
  end if;
  select r.* into strict run from notify.sweep_runs as r where r.id = execute_sweep_run.run_id;
  return run;
end
$$;
comment on function notify_private.execute_sweep_run(uuid) is
  'Does a run of a sweep and writes down how it went. A sweep that fails leaves nothing but its run with the error.';
