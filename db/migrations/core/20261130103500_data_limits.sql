-- migrate:up
set local lock_timeout = '5s';

-- How much one person may do or have; docs/limits.md has the same rows. A pack adds its own.

insert into notify.limits (key, at_most, per, noun, reason) values
  ('calls_placed', 10, '1 day', 'calls', 'They cost money and ring; counted for the person and for the number, whoever else has it'),
  ('consents', 100, '1 day', 'records of consent', 'Each stays on record. A withdrawal of what was granted is never refused, nor counted'),
  ('device_registrations', 200, '1 day', 'newly registered devices', 'One that goes for another stays on record for 90 days. A device that registers again, as apps do at each start, is no new one'),
  ('devices', 50, null, 'active devices', 'Nobody carries as many; the oldest goes when one more comes, and a push to all of them stays one chunk''s work'),
  ('devices_tested', 20, '1 minute', 'devices that test pushes ring', 'One test may be of 20 devices, and makes an event of each'),
  ('email_verifications', 3, '1 hour', 'verification mails', 'The mailbox may be a stranger''s until it is verified'),
  ('preference_changes', 1000, '1 day', 'changes of preferences', 'Each stays on record, one a type and channel. Switching off is never refused, nor counted'),
  ('sessions_ended', 100, '1 day', 'sessions ended by name', 'Each is remembered for as long as its tokens may live; one''s own session ends whatever the limit'),
  ('sms_sent', 20, '1 day', 'SMS', 'They cost money; counted for the person and for the number, whoever else has it'),
  ('test_emails', 5, '1 minute', 'test mails', 'As test pushes: nobody''s mail server is flooded from here'),
  ('test_pushes', 5, '1 minute', 'test pushes', 'Somebody tries whether their phone rings; each try is a push to every device'),
  ('test_webhooks', 5, '1 minute', 'tests of webhook endpoints', 'As test pushes: nobody''s server is flooded from here'),
  ('undo_records', 20, null, 'changes that can be undone', 'Each holds the ids of all that it changed, for ten minutes; the oldest goes when one more comes'),
  ('webhook_endpoints', 20, null, 'active webhook endpoints', 'A recipient has one or a few; the oldest goes when one more comes, so that nobody''s notification becomes a crowd of calls'),
  ('webhook_registrations', 50, '1 day', 'newly registered webhook endpoints', 'One that goes for another stays on record for 90 days');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
