create or replace function notify_private.register_worker(
  lane text, host text, pid integer, senders smallint[], sandbox_origins text[] default '{}', fingerprints text[] default null
) returns uuid
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  changed smallint[];
  id uuid;
begin
  update notify.senders as s set configured = s.id = any (register_worker.senders)
  where s.configured <> (s.id = any (register_worker.senders));
  update notify.providers as p set sandbox_origins = register_worker.sandbox_origins
  where p.provider = 'web_push' and p.sandbox_origins <> register_worker.sandbox_origins;

  with told as (
    insert into notify_private.sender_credentials as c (sender_id, fingerprint)
    select t.sender_id, t.fingerprint from unnest(register_worker.senders, fingerprints) as t (sender_id, fingerprint)
    where t.fingerprint is not null
    order by t.sender_id
    on conflict (sender_id) do update set fingerprint = excluded.fingerprint where c.fingerprint <> excluded.fingerprint
    returning c.sender_id
  )
  select array_agg(t.sender_id) into changed from told as t;
  if changed is not null then
    -- What was said was said of the old ones: the new ones are tried at once, and have yet to prove that they are good.
    delete from notify_private.suspects as s where s.sender_id = any (changed);
    update notify.provider_origins as o set paused_until = least(o.paused_until, now()), pauses = 0
    where o.sender_id = any (changed) and o.paused_until is not null;
    update notify.senders as s
    set credentials_changed_at = now(), pauses = 0,
      paused_until = case when s.paused_until is not null then least(s.paused_until, now()) end
    where s.id = any (changed);
  end if;

  insert into notify.workers (lane, host, pid)
  values (register_worker.lane, register_worker.host, register_worker.pid)
  returning workers.id into id;
  return id;
end
$$;
comment on function notify_private.register_worker(text, text, integer, smallint[], text[], text[]) is
  'Enters a worker process, the senders it has credentials for, a fingerprint of each one''s settings, '
  'and where the sandbox''s browsers are, if it may send there; returns its id for claims and heartbeats.';
grant execute on function notify_private.register_worker(text, text, integer, smallint[], text[], text[]) to rowbell_worker;
