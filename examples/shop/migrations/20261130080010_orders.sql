-- migrate:up
set local lock_timeout = '5s';

create table shop.orders (
  id uuid primary key default uuidv7(),
  buyer_id uuid not null references notify.users on delete cascade,
  number text not null constraint orders_number_is_short check (length(number) between 1 and 40),
  total numeric(14, 2) not null constraint orders_total_is_not_negative check (total >= 0),
  currency text not null constraint orders_currency_is_iso4217 check (currency ~ '^[A-Z]{3}$'),
  status text not null default 'placed' constraint orders_status_is_known check (status in ('placed', 'shipped', 'canceled')),
  placed_at timestamptz not null default now(),
  constraint orders_number_key unique (number)
);
alter table shop.orders enable row level security;
create index orders_buyer_id_id_idx on shop.orders (buyer_id, id desc);
comment on table shop.orders is 'What somebody bought. Placing and shipping it is told to the buyer.';
comment on column shop.orders.number is 'As it stands on the invoice.';
comment on column shop.orders.status is 'placed, then shipped or canceled, which is the end.';
create policy select_own on shop.orders for select to rowbell_user using (buyer_id = (select notify_hidden.current_user_id()));
create policy select_admin on shop.orders for select to rowbell_operator using (true);
create policy select_service on shop.orders for select to rowbell_writer using (true);
create policy insert_service on shop.orders for insert to rowbell_writer with check (true);
create policy update_service on shop.orders for update to rowbell_writer using (true) with check (true);
grant select on shop.orders to rowbell_user, rowbell_operator, rowbell_writer;
grant insert (id, buyer_id, number, total, currency) on shop.orders to rowbell_writer;
grant update (status) on shop.orders to rowbell_writer;
-- People cancel theirs with cancel_order(), as long as it has not been shipped.

-- How often somebody may do what others hear of, how long rows are kept: every table has its row.
insert into notify.limits (key, at_most, per, noun, reason) values
  ('order_changes', 50, interval '1 day', 'canceled orders', 'Each is work for somebody in the warehouse');
insert into notify.retention_policies (table_name, reason) values
  ('shop.orders', 'The product''s own data, until the buyer is erased');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
