-- migrate:up
set local lock_timeout = '5s';

-- The core's own types: digests, the verification mail, tests.

-- Their names alone, for the types to refer to: migrate brings what they hold, from db/templates.
insert into notify_private.email_templates (name, pack, html, digest) values
  ('notification', 'core', '', ''),
  ('verification', 'core', '', ''),
  ('daily_digest', 'core', '', ''),
  ('weekly_digest', 'core', '', '');

-- Locked: what goes into a digest is chosen type by type, and a digest switched off would lose what it gathered.
insert into notify.notification_types
  (key, pack, app_key, category, channels, default_channels, locked_channels, cap_excess, audience, data_template, thread_template, sound,
   urgency, email_template, labels)
values
  ('daily_digest', 'core', null, 'digests', '{push,email}', '{push,email}', '{push,email}', 'defer', 'notify_private.digest_audience', '{"digestId": "{DigestId}"}', 'digest', 'default', 'normal', 'daily_digest', '{"en": "Daily digest", "fr": "Résumé du jour"}'),
  ('weekly_digest', 'core', null, 'digests', '{push,email}', '{push,email}', '{push,email}', 'defer', 'notify_private.digest_audience', '{"digestId": "{DigestId}"}', 'digest', 'default', 'normal', 'weekly_digest', '{"en": "Weekly digest", "fr": "Résumé de la semaine"}'),
  ('held_digest', 'core', null, 'digests', '{push,email}', '{push,email}', '{push,email}', 'defer', 'notify_private.digest_audience', '{"digestId": "{DigestId}"}', 'digest', 'default', 'normal', 'daily_digest', '{"en": "While you were away", "fr": "Pendant votre absence"}');

insert into notify.notification_types
  (key, pack, app_key, category, priority, channels, default_channels, locked_channels, audience, data_template, expires_after,
   email_template, to_unverified, labels)
values
  ('email_verification', 'core', null, 'security', 'P0', '{email}', '{email}', '{email}', 'notify_private.email_verification_audience', '{"verificationId": "{VerificationId}"}', '1 day', 'verification', true, '{"en": "Address confirmation", "fr": "Confirmation de l''adresse"}');

-- One attempt: the answer is the provider's verdict at the first asking, and a test that rings ten minutes later misleads.
insert into notify.notification_types
  (key, pack, app_key, category, priority, channels, default_channels, locked_channels, audience, sound, max_attempts, expires_after, labels)
values
  ('test_push', 'core', null, 'test', 'P0', '{push}', '{push}', '{}', 'notify_private.test_push_audience', 'default', 1, '5 minutes', '{"en": "Test push", "fr": "Push de test"}'),
  ('test_webhook', 'core', null, 'test', 'P0', '{webhook}', '{webhook}', '{webhook}', 'notify_private.test_push_audience', null, 1, '5 minutes', '{"en": "Test of a webhook", "fr": "Test d''un webhook"}'),
  ('test_email', 'core', null, 'test', 'P0', '{email}', '{email}', '{email}', 'notify_private.test_push_audience', null, 1, '5 minutes', '{"en": "Test email", "fr": "Email de test"}');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
