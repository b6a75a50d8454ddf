create or replace function notify_private.wake_workers(lane text, task text, payload json default '{}') returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
  at constant timestamptz := pg_catalog.clock_timestamp();
  job_task constant text := wake_workers.task || case wake_workers.lane when 'urgent' then '_urgent' else '' end;
begin
  -- A notice costs 20 us and reaches the workers with the commit. A job for each statement cost 0.4 ms, its fetching and its
  -- end as much again, and whoever fetched walked past all that waited.
  perform pg_catalog.pg_notify('rowbell_' || wake_workers.lane,
    pg_catalog.json_build_object('task', job_task, 'payload', wake_workers.payload)::text);
  -- The job is there in case that nobody hears the notice. One that waits is enough for everyone: it says "look", not at what.
  -- Only the index's last seconds are read, however many jobs somebody keeps there. One that is not committed yet is not seen,
  -- and a second one does no harm; a job key would make its writer wait for the other's commit.
  if not exists (
    select from graphile_worker._private_jobs as j
    join graphile_worker._private_tasks as t on t.id = j.task_id
    where j.is_available = true and j.priority = 0 and j.run_at > at - interval '10 seconds' and j.run_at <= at + interval '1 second'
      and t.identifier = job_task and j.payload::text = wake_workers.payload::text
  ) then
    perform graphile_worker.add_jobs(array[notify_private.job(job_task, wake_workers.payload, run_at => at + interval '1 second')]);
  end if;
end
$$;
comment on function notify_private.wake_workers(text, text, json) is
  'Has the workers of a lane run a task when the caller commits: by a notice at once, and by a job some '
  'seconds later. There is one such job for each task and payload, not one for each call.';
