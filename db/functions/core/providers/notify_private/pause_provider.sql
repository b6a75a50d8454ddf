create or replace function notify_private.pause_provider(provider text, reason text) returns timestamptz
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  update notify.providers as p
  set
    pauses = p.pauses + 1,
    pause_reason = pause_provider.reason,
    paused_until = clock_timestamp() + notify_private.pause_duration(p.pauses)
  where p.provider = pause_provider.provider
  returning p.paused_until
$$;
comment on function notify_private.pause_provider(text, text) is
  'Stops claiming for a provider, longer each time; returns until when.';
