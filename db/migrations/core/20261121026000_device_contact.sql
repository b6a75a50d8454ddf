-- One row of settings; and devices' new column has a default that no row is rewritten for.
-- squawk-ignore-file constraint-missing-not-valid
-- migrate:up
set local lock_timeout = '5s';

alter table notify.devices add column seen_at timestamptz not null default now();
comment on column notify.devices.seen_at is
  'Last contact, to about half a day: its registration, or any request of its session. What is silent for longer than settings.stale_device_after is deactivated, reason "stale"; a request of its session brings it back.';
comment on column notify.devices.deactivated_at is 'Since when it is not pushed to: the provider says the token is gone, or it was silent too long; null while it works.';
grant select (seen_at) on notify.devices to rowbell_user, rowbell_operator;

alter table notify.settings
  add column stale_device_after interval not null default '90 days'
    constraint settings_stale_device_after_is_sane check (stale_device_after between interval '1 day' and interval '3 years');
comment on column notify.settings.stale_device_after is
  'A device without contact for so long is not pushed to any more. Of tokens that silent most are dead, and providers think little of senders who go on.';
grant update (stale_device_after) on notify.settings to rowbell_operator;
-- It takes one more setting.
drop function if exists notify.update_settings(integer, text[], integer, interval, notify.quiet_window[], text[], time, integer, boolean, boolean);

insert into notify.sweeps (key, pack, function, period, next_run_at) values
  ('stale_devices', 'core', 'notify_private.retire_stale_devices', interval '1 day', now());

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
