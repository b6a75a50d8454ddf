create or replace function notify_private.retire_live_process(id uuid) returns void
language sql volatile
-- Definer: as report_live_process().
security definer set search_path = pg_catalog, pg_temp
as $$
  delete from notify_private.live_processes as p where p.id = retire_live_process.id
$$;
comment on function notify_private.retire_live_process(uuid) is 'A process of the API ends, and holds no connection any more.';
grant execute on function notify_private.retire_live_process(uuid) to rowbell_live;
