-- An address has one home (device, user, endpoint), and two homes disagree sooner or later: so no table of addresses.
-- A function and not a view, because union branches with a "where" take no join condition inside: the view scanned
-- whole tables for each look-up (25 s for 1 000 people of 100 000; inlined like this, 40 ms). Plain SQL without settings of
-- its own, or the planner would not inline it.
create or replace function notify_private.addresses(user_id uuid, channel text, app_key text)
returns table (sender_id smallint, provider text, device_id uuid, address text)
language sql stable parallel safe
as $$
  select
    -- The app's own, else the default app's: the second look only where it is needed, as one for both sorts what it finds. None
    -- in the app: writing the row is the delivery.
    coalesce(
      (select x.id from notify.senders as x
        where x.provider = a.provider and x.app_key = a.app_key and x.environment = a.environment and x.place = 1),
      (select x.id from notify.senders as x
        where x.provider = a.provider and x.app_key = 'default' and x.environment = a.environment and x.place = 1)),
    a.provider, a.device_id, a.address
  from (
    select d.app_key, d.environment, d.provider, d.id as device_id, d.token as address
      from notify.devices as d
      where d.user_id = addresses.user_id and d.deactivated_at is null and addresses.channel = 'push'
        -- The default app is the one for all products.
        and (addresses.app_key is null or d.app_key in (addresses.app_key, 'default'))
    union all
    select addresses.app_key, 'production', 'smtp', null, pg_catalog.lower(u.email)
      from notify.users as u where u.id = addresses.user_id and u.email is not null and addresses.channel = 'email'
    union all
    select addresses.app_key, 'production', 'twilio', null, u.phone
      from notify.users as u where u.id = addresses.user_id and u.phone is not null and addresses.channel = 'sms'
    union all
    select addresses.app_key, 'production', 'twilio_voice', null, u.phone
      from notify.users as u where u.id = addresses.user_id and u.phone is not null and addresses.channel = 'voice'
    union all
    select addresses.app_key, 'production', 'webhook', w.id, w.url
      from notify.webhook_endpoints as w
      where w.user_id = addresses.user_id and w.deactivated_at is null and addresses.channel = 'webhook'
    union all
    select addresses.app_key, 'production', 'in_app', null, addresses.user_id::pg_catalog.text where addresses.channel = 'in_app'
  ) as a
$$;
comment on function notify_private.addresses(uuid, text, text) is
  'Every working address of a person on a channel that an app may use, and the sender that reaches it; app_key null: of whichever '
  'app. device_id names the device or webhook '
  'endpoint where the address has a row of its own. Suppressions are not taken out here: that is a rule, with a reason.';
