create or replace function notify_private.current_pauses(provider text)
returns table (origin text, reason text, pauses integer, paused_until timestamptz)
language sql stable
-- Definer: the worker reads no table. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select null, p.pause_reason, p.pauses, p.paused_until
  from notify.providers as p where p.provider = current_pauses.provider and p.paused_until is not null
  union all (
    select o.origin, o.pause_reason, o.pauses, o.paused_until
    from notify.provider_origins as o where o.provider = current_pauses.provider and o.paused_until is not null
    order by o.used_at desc limit 20
  )
$$;
comment on function notify_private.current_pauses(text) is
  'What of a provider is paused, for the log: itself (no origin) and the twenty of its origins last used.';
grant execute on function notify_private.current_pauses(text) to rowbell_worker;
