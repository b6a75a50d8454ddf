create or replace function notify_private.current_pauses(sender_id smallint)
returns table (origin text, reason text, pauses integer, paused_until timestamptz)
language sql stable
-- Definer: the worker reads no table. Its grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
  select null, s.pause_reason, s.pauses, s.paused_until
  from notify.senders as s where s.id = current_pauses.sender_id and s.paused_until is not null
  union all (
    select o.origin, o.pause_reason, o.pauses, o.paused_until
    from notify.provider_origins as o where o.sender_id = current_pauses.sender_id and o.paused_until is not null
    order by o.used_at desc limit 20
  )
$$;
comment on function notify_private.current_pauses(smallint) is
  'What of a sender is paused, for the log: itself (no origin) and the twenty of its origins last used.';
grant execute on function notify_private.current_pauses(smallint) to rowbell_worker;
