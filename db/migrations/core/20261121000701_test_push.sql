-- migrate:up
set local lock_timeout = '5s';

-- One attempt: the answer is the provider's verdict at the first asking, and a test that rings ten minutes later misleads.
insert into notify.notification_types
  (key, pack, category, priority, channels, default_channels, audience, sound, urgency, max_attempts, expires_after)
values
  ('test_push', 'core', 'test', 'P0', '{push}', '{push}', 'notify_private.test_push_audience', 'default', 'high', 1, '5 minutes');
insert into notify.notification_copies (type_key, locale, title, body) values
  ('test_push', 'en', 'Test notification', 'Notifications reach this device.'),
  ('test_push', 'fr', 'Notification de test', 'Les notifications arrivent sur cet appareil.');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
