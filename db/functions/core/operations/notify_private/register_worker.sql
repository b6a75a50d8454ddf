create or replace function notify_private.register_worker(
  lane text, host text, pid integer, senders smallint[], sandbox_origins text[] default '{}', fingerprints text[] default null,
  allows_private_webhooks boolean default false
) returns uuid
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  id uuid;
begin
  update notify.providers as p set sandbox_origins = register_worker.sandbox_origins
  where p.provider = 'web_push' and p.sandbox_origins <> register_worker.sandbox_origins;
  update notify.providers as p set allows_private_networks = register_worker.allows_private_webhooks
  where p.provider = 'webhook' and p.allows_private_networks <> register_worker.allows_private_webhooks;
  insert into notify.workers (lane, host, pid)
  values (register_worker.lane, register_worker.host, register_worker.pid)
  returning workers.id into id;
  perform notify_private.report_senders(id, register_worker.senders, register_worker.fingerprints);
  return id;
end
$$;
comment on function notify_private.register_worker(text, text, integer, smallint[], text[], text[], boolean) is
  'Enters a worker process, the senders it has credentials for, a fingerprint of each one''s settings, '
  'where the sandbox''s browsers are, if it may send there, and whether its webhooks may go to '
  'private networks; returns its id for claims and heartbeats.';
grant execute on function notify_private.register_worker(text, text, integer, smallint[], text[], text[], boolean) to rowbell_worker;
