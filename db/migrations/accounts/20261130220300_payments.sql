-- migrate:up
set local lock_timeout = '5s';

-- Payments, and what is left.

create table accounts.payments (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  amount numeric(14, 2) not null
    constraint payments_amount_is_positive check (amount > 0)
    -- That holds for NaN as well: numeric takes it for the greatest of all numbers.
    constraint payments_amount_is_a_number check (amount <> 'NaN'),
  currency text not null
    constraint payments_currency_is_iso4217 check (currency ~ '^[A-Z]{3}$')
    -- Amounts have two decimals. What has three would be rounded without a word.
    constraint payments_currency_has_two_decimals_at_most check (currency not in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')),
  status text not null default 'created'
    constraint payments_status_is_known check (status in ('created', 'completed', 'failed', 'refunded')),
  failure_reason text constraint payments_failure_reason_is_short check (length(failure_reason) <= 200 and failure_reason ~ '\S'),
  created_at timestamptz not null default now(),
  constraint payments_failure_reason_only_if_failed check (failure_reason is null or status = 'failed')
);
alter table accounts.payments enable row level security;
create index payments_user_id_id_idx on accounts.payments (user_id, id desc);
comment on table accounts.payments is
  E'@order id desc\n'
  'One payment by the person. Each status that it reaches is told once.';
comment on column accounts.payments.status is
  'created, then completed or failed; what is completed may be refunded, what failed may be tried again (created).';
comment on column accounts.payments.failure_reason is
  'A code that accounts.texts has in words, or a sentence that the person may read; null: none is given.';
create policy select_own on accounts.payments for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on accounts.payments for select to rowbell_operator using (true);
create policy select_service on accounts.payments for select to rowbell_writer using (true);
create policy insert_service on accounts.payments for insert to rowbell_writer with check (true);
create policy update_service on accounts.payments for update to rowbell_writer using (true) with check (true);
grant select on accounts.payments to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, user_id, amount, currency, status, failure_reason) on accounts.payments to rowbell_writer;
grant update (status, failure_reason) on accounts.payments to rowbell_writer;

create table accounts.balances (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users on delete cascade,
  currency text not null
    constraint balances_currency_is_iso4217 check (currency ~ '^[A-Z]{3}$')
    -- Amounts have two decimals. What has three would be rounded without a word.
    constraint balances_currency_has_two_decimals_at_most check (currency not in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')),
  amount numeric(14, 2) not null default 0,
  low_threshold numeric(14, 2),
  is_low boolean not null generated always as (coalesce(amount < low_threshold, false)) stored,
  created_at timestamptz not null default now(),
  constraint balances_amounts_are_numbers check (amount <> 'NaN' and low_threshold is distinct from 'NaN'),
  constraint balances_user_id_currency_key unique (user_id, currency)
);
alter table accounts.balances enable row level security;
comment on table accounts.balances is
  'What a person has left in a currency. Falling below the threshold is told once a crossing: being there or above it arms it '
  'again.';
comment on column accounts.balances.amount is 'Change it by difference ("amount = amount - 5"): then no session overwrites anothers.';
comment on column accounts.balances.low_threshold is
  'Below it the balance is low; null: never. A threshold raised above the amount is a crossing, too.';
comment on column accounts.balances.is_low is 'Whether it is below the threshold now.';
create policy select_own on accounts.balances for select to rowbell_user using (user_id = (select notify_hidden.current_user_id()));
create policy select_admin on accounts.balances for select to rowbell_operator using (true);
create policy select_service on accounts.balances for select to rowbell_writer using (true);
create policy insert_service on accounts.balances for insert to rowbell_writer with check (true);
create policy update_service on accounts.balances for update to rowbell_writer using (true) with check (true);
grant select on accounts.balances to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, user_id, currency, amount, low_threshold) on accounts.balances to rowbell_writer;
grant update (amount, low_threshold) on accounts.balances to rowbell_writer;

insert into notify.live_channels (name, pack, activity_types) values ('payments', 'accounts', '{payment}');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
