create or replace function notify_private.register_worker(
  lane text, host text, pid integer, providers text[], sandbox_origins text[] default '{}'
) returns uuid
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  id uuid;
begin
  update notify.providers as p set configured = p.provider = any (register_worker.providers)
  where p.provider <> 'in_app' and p.configured <> (p.provider = any (register_worker.providers));
  update notify.providers as p set sandbox_origins = register_worker.sandbox_origins
  where p.provider = 'web_push' and p.sandbox_origins <> register_worker.sandbox_origins;
  insert into notify.workers (lane, host, pid)
  values (register_worker.lane, register_worker.host, register_worker.pid)
  returning workers.id into id;
  return id;
end
$$;
comment on function notify_private.register_worker(text, text, integer, text[], text[]) is
  'Enters a worker process, the providers it has credentials for and where the sandbox''s browsers are, if it may send there; returns its id for claims and heartbeats.';
grant execute on function notify_private.register_worker(text, text, integer, text[], text[]) to rowbell_worker;
