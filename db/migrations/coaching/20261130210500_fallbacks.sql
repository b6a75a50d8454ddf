-- migrate:up
set local lock_timeout = '5s';

-- The paths of previews as data. A receipt within 30 s wins path C; path A falls back to SMS only where the push cannot go or fails.
insert into notify.fallbacks (key, description) values
  ('push_and_sms', 'Push; if it is not reported delivered within 30 s, SMS'),
  ('push_else_sms', 'Push; SMS only where it cannot go or fails');
insert into notify.fallback_steps (fallback_key, step, channels, wait, until_status) values
  ('push_and_sms', 1, '{push}', interval '30 seconds', 'delivered'),
  ('push_and_sms', 2, '{sms}', null, 'delivered'),
  ('push_else_sms', 1, '{push}', null, 'sent'),
  ('push_else_sms', 2, '{sms}', null, 'delivered');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
