-- migrate:up
set local lock_timeout = '5s';

-- What may be spent in a day, and at which prices; operators change both.

insert into notify.sms_prices (country, price, currency) values
  ('FR', 0.065, 'EUR'),
  ('US', 0.0075, 'USD');

insert into notify.spending_caps (channel, country, per_day, currency, unit_price) values
  ('sms', 'all', 1000, 'USD', 0.1),
  ('sms', '*', 100, 'USD', 0.1),
  ('sms', 'FR', 500, 'EUR', 0.07),
  ('sms', 'US', 500, 'USD', 0.01),
  ('voice', 'all', 1000, 'USD', 0.2),
  ('voice', '*', 100, 'USD', 0.2),
  ('voice', 'FR', 500, 'EUR', 0.1),
  ('voice', 'US', 500, 'USD', 0.02);

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
