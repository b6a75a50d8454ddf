create or replace function notify_private.accept_origin(sender_id smallint, origin text, proved_at timestamptz, at_once boolean)
returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  insert into notify.provider_origins as o (sender_id, origin, first_accepted_at, accepted_at)
  values (sender_id, origin, proved_at, proved_at)
  on conflict on constraint provider_origins_pkey do update
  set
    first_accepted_at = coalesce(o.first_accepted_at, excluded.accepted_at),
    accepted_at = greatest(o.accepted_at, excluded.accepted_at),
    used_at = clock_timestamp(), pauses = 0, paused_until = null, pause_reason = null
  where o.paused_until is not null or at_once or o.used_at < clock_timestamp() - interval '5 seconds'
$$;
comment on function notify_private.accept_origin(smallint, text, timestamptz, boolean) is
  'Notes that a push service or webhook host let us in, which ends its pause; proved_at: when it was given '
  'what it took, with the credentials that we have now. Written every few seconds unless it matters at once.';
