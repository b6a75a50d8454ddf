-- migrate:up
set local lock_timeout = '5s';

-- "amount > 0" holds for NaN, which numeric takes for the greatest of all numbers.
alter table accounts.payments add constraint payments_amount_is_a_number check (amount <> 'NaN') not valid;
alter table accounts.balances add constraint balances_amounts_are_numbers check (amount <> 'NaN' and low_threshold is distinct from 'NaN') not valid;
-- Amounts have two decimals. What has three would be rounded without a word.
alter table accounts.payments
  add constraint payments_currency_has_two_decimals_at_most check (currency not in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) not valid;
alter table accounts.balances
  add constraint balances_currency_has_two_decimals_at_most check (currency not in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) not valid;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
