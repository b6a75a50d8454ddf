create or replace function notify_private.expire_keys() returns bigint
language plpgsql volatile
-- Definer: the worker's grant is the check of the caller.
security definer set search_path = pg_catalog, pg_temp
as $$
declare
  part bigint;
  removed bigint := 0;
begin
  delete from notify_private.dedupe_keys where expires_at < pg_catalog.now();
  get diagnostics removed = row_count;
  -- Seven days of the widest rolling window began on a day that is eight days ago somewhere.
  delete from notify_private.daily_counters where day < (pg_catalog.now() at time zone 'UTC')::date - 8;
  get diagnostics part = row_count;
  removed := removed + part;
  delete from notify_private.event_keys
  where created_at < pg_catalog.now() - (select s.retention from notify.settings as s);
  get diagnostics part = row_count;
  removed := removed + part;
  delete from notify_private.suppression_digests where expires_at < pg_catalog.now();
  delete from notify_private.inbox_changes where changed_at < pg_catalog.clock_timestamp() - interval '10 minutes';
  delete from notify_private.limit_uses as u using notify.limits as l
  where l.key = u.limit_key and u.window_start < pg_catalog.now() - l.per;
  delete from notify_private.attention where until < pg_catalog.now();
  delete from notify_private.suspects where said_at < pg_catalog.now() - interval '1 day';
  delete from notify_private.slow_answers where answered_at < pg_catalog.now() - interval '10 minutes';
  delete from notify_private.evidence where greatest(accepted_at, retired_at) < pg_catalog.now() - interval '30 days';
  -- Anyone can make up origins: the longest unused go, however many there are.
  delete from notify.provider_origins as o
  where o.used_at < pg_catalog.now() - interval '30 days' or o.used_at < (
    select x.used_at from notify.provider_origins as x where x.sender_id = o.sender_id order by x.used_at desc offset 1999 limit 1
  );
  delete from notify_private.charges
  where charged_at < pg_catalog.now() - greatest(
    interval '2 days', (select max(l.per) from notify.limits as l where l.key in ('sms_sent', 'calls_placed')));
  -- No token lives longer: the API refuses those that would (src/graphql/identity.ts).
  delete from notify_private.ended_sessions where ended_at < pg_catalog.now() - interval '400 days';
  update notify.webhook_endpoints set previous_secret = null, previous_secret_expires_at = null
  where previous_secret_expires_at < pg_catalog.now();
  delete from notify.workers where stopped_at < pg_catalog.now() - interval '7 days';
  return removed;
end
$$;
comment on function notify_private.expire_keys() is
  'Forgets dedupe keys past their window, counters of past days and windows and old idempotency keys; returns how many rows.';
grant execute on function notify_private.expire_keys() to rowbell_worker;
