create or replace function notify_private.list_senders() returns table (id smallint, provider text)
language sql stable
-- Definer: the worker reads no table. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select s.id, s.provider from notify.senders as s order by s.id
$$;
comment on function notify_private.list_senders() is 'Every sender, for a worker to see which of them it has credentials for.';
grant execute on function notify_private.list_senders() to rowbell_worker;
