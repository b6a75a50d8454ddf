-- migrate:up
set local lock_timeout = '5s';

-- What somebody paid for the others, and each one's share.

create table trips.expenses (
  id uuid primary key default uuidv7(),
  trip_id uuid not null references trips.trips on delete cascade,
  submitter_id uuid references notify.users on delete set null,
  title text not null constraint expenses_title_is_readable check (length(title) <= 200 and title ~ '\S'),
  amount numeric(12, 2) not null constraint expenses_amount_is_positive check (amount > 0),
  currency text not null constraint expenses_currency_is_iso4217 check (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz not null default now()
);
alter table trips.expenses enable row level security;
create index expenses_trip_id_idx on trips.expenses (trip_id);
create index expenses_submitter_id_idx on trips.expenses (submitter_id);
comment on table trips.expenses is
  'What somebody paid for the group. Those who share it are told (TR-12); no push says the amount (TR-G13).';
comment on column trips.expenses.submitter_id is 'Null: since erased.';
create policy select_traveler on trips.expenses for select to rowbell_user
  using (trip_id = any (array(select trips_private.my_trip_ids())));
create policy select_admin on trips.expenses for select to rowbell_operator using (true);
create policy select_service on trips.expenses for select to rowbell_writer using (true);
create policy insert_service on trips.expenses for insert to rowbell_writer with check (true);
grant select on trips.expenses to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, trip_id, submitter_id, title, amount, currency) on trips.expenses to rowbell_writer;

create table trips.expense_shares (
  expense_id uuid not null references trips.expenses on delete cascade,
  user_id uuid not null references notify.users on delete cascade,
  amount numeric(12, 2) not null constraint expense_shares_amount_is_not_negative check (amount >= 0),
  primary key (expense_id, user_id)
);
alter table trips.expense_shares enable row level security;
create index expense_shares_user_id_idx on trips.expense_shares (user_id);
comment on table trips.expense_shares is
  'The split: who bears how much of an expense. Inserting shares is what tells people, in the transaction of the expense or later.';
-- The expense's own policy applies within.
create policy select_traveler on trips.expense_shares for select to rowbell_user
  using (exists (select from trips.expenses as e where e.id = expense_id));
create policy select_admin on trips.expense_shares for select to rowbell_operator using (true);
create policy select_service on trips.expense_shares for select to rowbell_writer using (true);
create policy insert_service on trips.expense_shares for insert to rowbell_writer with check (true);
create policy update_service on trips.expense_shares for update to rowbell_writer using (true) with check (true);
create policy delete_service on trips.expense_shares for delete to rowbell_writer using (true);
grant select on trips.expense_shares to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (expense_id, user_id, amount) on trips.expense_shares to rowbell_writer;
grant update (amount) on trips.expense_shares to rowbell_writer;
grant delete on trips.expense_shares to rowbell_writer;
-- People add both with add_expense().

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
