-- migrate:up
set local lock_timeout = '5s';

-- In a transaction of its own: reads and writes go on meanwhile.
alter table accounts.payments validate constraint payments_amount_is_a_number;
alter table accounts.payments validate constraint payments_currency_has_two_decimals_at_most;
alter table accounts.balances validate constraint balances_amounts_are_numbers;
alter table accounts.balances validate constraint balances_currency_has_two_decimals_at_most;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
