create or replace function notify_private.register_worker(
  lane text, host text, pid integer, providers text[], sandbox_origins text[] default '{}', fingerprints text[] default null
) returns uuid
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  changed text[];
  id uuid;
begin
  update notify.providers as p set configured = p.provider = any (register_worker.providers)
  where p.provider <> 'in_app' and p.configured <> (p.provider = any (register_worker.providers));
  update notify.providers as p set sandbox_origins = register_worker.sandbox_origins
  where p.provider = 'web_push' and p.sandbox_origins <> register_worker.sandbox_origins;

  with told as (
    insert into notify_private.provider_credentials as c (provider, fingerprint)
    select t.provider, t.fingerprint from unnest(register_worker.providers, fingerprints) as t (provider, fingerprint)
    where t.fingerprint is not null
    order by t.provider
    on conflict (provider) do update set fingerprint = excluded.fingerprint where c.fingerprint <> excluded.fingerprint
    returning c.provider
  )
  select array_agg(t.provider) into changed from told as t;
  if changed is not null then
    -- What was said was said of the old ones: the new ones are tried at once, and have yet to prove that they are good.
    delete from notify_private.suspects as s where s.provider = any (changed);
    update notify.provider_origins as o set paused_until = least(o.paused_until, now()), pauses = 0
    where o.provider = any (changed) and o.paused_until is not null;
    update notify.providers as p
    set credentials_changed_at = now(), pauses = 0,
      paused_until = case when p.paused_until is not null then least(p.paused_until, now()) end
    where p.provider = any (changed);
  end if;

  insert into notify.workers (lane, host, pid)
  values (register_worker.lane, register_worker.host, register_worker.pid)
  returning workers.id into id;
  return id;
end
$$;
comment on function notify_private.register_worker(text, text, integer, text[], text[], text[]) is
  'Enters a worker process, the providers it has credentials for, a fingerprint of each one''s settings, '
  'and where the sandbox''s browsers are, if it may send there; returns its id for claims and heartbeats.';
grant execute on function notify_private.register_worker(text, text, integer, text[], text[], text[]) to rowbell_worker;
