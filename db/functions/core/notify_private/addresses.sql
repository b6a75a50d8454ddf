-- A view and not a table: an address has one home (device, user, endpoint), and two homes disagree sooner or later.
create or replace view notify_private.addresses with (security_barrier = false) as
  select d.user_id, 'push'::text as channel, d.provider, d.id as device_id, d.token as address
    from notify.devices as d where d.deactivated_at is null
  union all
  select u.id, 'email', 'smtp', null::uuid, lower(u.email) from notify.users as u where u.email is not null
  union all
  select u.id, 'sms', 'twilio', null::uuid, u.phone from notify.users as u where u.phone is not null
  union all
  select w.user_id, 'webhook', 'webhook', w.id, w.url from notify.webhook_endpoints as w where w.deactivated_at is null
  union all
  select u.id, 'in_app', 'in_app', null::uuid, u.id::text from notify.users as u;
comment on view notify_private.addresses is
  'Every address that works, per person and channel; device_id names the device or webhook endpoint where the address has a row of its own. Suppressions are not taken out here: that is a rule, with a reason.';
