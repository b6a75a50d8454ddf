-- Without settings of its own, so that it is inlined.
create or replace function notify_private.job(
  identifier text, payload json default '{}', job_key text default null, run_at timestamptz default null
) returns graphile_worker.job_spec
language sql immutable parallel safe
as $$
  select j::graphile_worker.job_spec
  from (
    select
      job.identifier,
      job.payload,
      null::pg_catalog.text as queue_name,
      job.run_at,
      null::pg_catalog.int4 as max_attempts,
      job.job_key,
      null::pg_catalog.int4 as priority,
      null::pg_catalog.text[] as flags
  ) as j
$$;
comment on function notify_private.job(text, json, text, timestamptz) is
  'A job as add_jobs() takes it; a job_key, so that looks at the same do not pile up.';
