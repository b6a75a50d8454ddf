create or replace function notify_private.pause_origin(sender_id smallint, origin text, reason text) returns timestamptz
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  insert into notify.provider_origins as o (sender_id, origin, pauses, pause_reason, paused_until)
  values (sender_id, origin, 1, reason, clock_timestamp() + notify_private.pause_duration(0))
  on conflict on constraint provider_origins_pkey do update
  set
    used_at = clock_timestamp(),
    -- As of senders: where more than a probe's 5 s are left, it was said of what went out before.
    pauses = o.pauses + coalesce(o.paused_until <= clock_timestamp() + interval '5 seconds', true)::integer,
    pause_reason = excluded.pause_reason,
    paused_until = case when o.paused_until > clock_timestamp() + interval '5 seconds' then o.paused_until
      else clock_timestamp() + notify_private.pause_duration(o.pauses) end
  returning o.paused_until
$$;
comment on function notify_private.pause_origin(smallint, text, text) is
  'Sets one push service or webhook host aside, longer each time; returns until when. The others of its sender go on.';
