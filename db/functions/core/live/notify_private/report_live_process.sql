create or replace function notify_private.report_live_process(
  id uuid, host text, pid integer, started_at timestamptz, people uuid[], figures jsonb
) returns void
language sql volatile
-- Definer: whoever holds the connections reads no table. The grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  delete from notify_private.live_processes as p where p.seen_at < pg_catalog.clock_timestamp() - interval '1 minute';
  insert into notify_private.live_processes as p (id, host, pid, started_at, seen_at, people, figures)
  values (report_live_process.id, report_live_process.host, report_live_process.pid, report_live_process.started_at,
    pg_catalog.clock_timestamp(), report_live_process.people, report_live_process.figures)
  on conflict (id) do update set seen_at = excluded.seen_at, people = excluded.people, figures = excluded.figures
$$;
comment on function notify_private.report_live_process(uuid, text, integer, timestamptz, uuid[], jsonb) is
  'A process of the API says whose connections it holds, and how it fares; forgets those that have not said so for a minute.';
grant execute on function notify_private.report_live_process(uuid, text, integer, timestamptz, uuid[], jsonb) to rowbell_live;
