create or replace function notify_private.retire_addresses(fates notify_private.fate[], claimed_at timestamptz) returns void
language sql volatile set search_path = pg_catalog, pg_temp
as $$
  update notify.devices as v set deactivated_at = clock_timestamp(), deactivation_reason = f.reason
  from unnest(fates) as f
  where f.outcome = 'address' and f.channel = 'push' and v.id = f.device_id
    -- Registered again meanwhile: the provider spoke of the past.
    and v.deactivated_at is null and v.registered_at <= claimed_at;
  update notify.webhook_endpoints as w set deactivated_at = clock_timestamp(), deactivation_reason = f.reason
  from unnest(fates) as f
  where f.outcome = 'address' and f.channel = 'webhook' and w.id = f.device_id and w.deactivated_at is null;
  insert into notify.suppressions (channel, address, reason)
  select distinct f.channel, f.address,
    case when f.reason = 'opted_out' then 'opted_out' when f.channel = 'email' then 'hard_bounce' else 'invalid_address' end
  from unnest(fates) as f
  where f.outcome = 'address' and f.channel in ('email', 'sms', 'voice')
  -- One that was for a time only becomes one for good.
  on conflict (channel, address) do update set reason = excluded.reason, expires_at = null
    where suppressions.expires_at is not null
$$;
comment on function notify_private.retire_addresses(notify_private.fate[], timestamptz) is
  'Deactivates devices and endpoints, and suppresses mailboxes and numbers, of '
  'which the provider said that they will never work; reason and instant are kept.';
