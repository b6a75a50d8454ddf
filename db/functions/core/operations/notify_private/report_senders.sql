create or replace function notify_private.report_senders(worker_id uuid, senders smallint[], fingerprints text[]) returns void
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  changed smallint[];
begin
  update notify.workers as w set senders = senders, senders_read_at = pg_catalog.now() where w.id = worker_id;
  update notify.senders as s set configured = c.configured
  from (
    select x.id, exists (
      select from notify.workers as w
      where w.stopped_at is null and (w.id = worker_id or w.seen_at > pg_catalog.clock_timestamp() - interval '15 seconds')
        and x.id = any (w.senders)
    ) as configured
    from notify.senders as x
  ) as c
  where s.id = c.id and s.configured <> c.configured;

  with told as (
    insert into notify_private.sender_credentials as c (sender_id, fingerprint)
    select t.sender_id, t.fingerprint from unnest(senders, fingerprints) as t (sender_id, fingerprint)
    where t.fingerprint is not null
    order by t.sender_id
    on conflict on constraint sender_credentials_pkey do update set fingerprint = excluded.fingerprint
    where c.fingerprint <> excluded.fingerprint
    returning c.sender_id
  )
  select array_agg(t.sender_id) into changed from told as t;
  if changed is not null then
    -- What was said was said of the old ones: the new ones are tried at once, and have yet to prove that they are good.
    delete from notify_private.suspects as s where s.sender_id = any (changed);
    update notify.provider_origins as o set paused_until = least(o.paused_until, pg_catalog.now()), pauses = 0
    where o.sender_id = any (changed) and o.paused_until is not null;
    update notify.senders as s
    set credentials_changed_at = pg_catalog.now(), pauses = 0,
      paused_until = case when s.paused_until is not null then least(s.paused_until, pg_catalog.now()) end
    where s.id = any (changed);
  end if;
end
$$;
comment on function notify_private.report_senders(uuid, smallint[], text[]) is
  'Notes which senders a worker has credentials for, with a fingerprint of each one''s settings: another one is a change of '
  'credentials. Said when it begins, and again when operators have changed a sender.';
grant execute on function notify_private.report_senders(uuid, smallint[], text[]) to rowbell_worker;
