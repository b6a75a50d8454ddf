-- migrate:up
set local lock_timeout = '5s';

insert into notify.retention_policies (table_name, reason) values
  ('accounts.verifications', 'The product''s own data, until the person is erased'),
  ('accounts.api_keys', 'The product''s own data, until the person is erased'),
  ('accounts.payments', 'The product''s own data, until the person is erased'),
  ('accounts.balances', 'The product''s own data, until the person is erased'),
  ('accounts.texts', 'The catalog'),
  ('accounts.account_settings', 'The product''s own data, until the person is erased');

insert into notify.retention_policies (table_name, keep, at_least, age_column, reason) values
  ('accounts.logins', '13 months', '30 days', 'created_at', 'Addresses of people: as long as one looks for a break-in');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
