-- migrate:up
set local lock_timeout = '5s';

-- The providers that the worker knows, and one app by default, whose senders take the settings as they are.

insert into notify.providers (provider, channel) values
  ('apns', 'push'),
  ('fcm', 'push'),
  ('web_push', 'push'),
  ('smtp', 'email'),
  ('twilio', 'sms'),
  ('twilio_voice', 'voice'),
  ('webhook', 'webhook'),
  ('in_app', 'in_app');

insert into notify.apps (key, name) values
  ('default', 'Rowbell');

-- In the app nobody carries anything.
insert into notify.senders (provider) values
  ('apns'),
  ('fcm'),
  ('web_push'),
  ('smtp'),
  ('twilio'),
  ('twilio_voice'),
  ('webhook');
-- For builds from Xcode, beside production.
insert into notify.senders (provider, environment) values
  ('apns', 'development');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
