-- migrate:up
set local lock_timeout = '5s';

-- What an SMS or a call costs, and how much may be spent.

create table notify.sms_prices (
  country text not null constraint sms_prices_country_is_iso3166 check (country ~ '^[A-Z]{2}$'),
  valid_from timestamptz not null default '1970-01-01T00:00:00Z'
    constraint sms_prices_valid_from_is_an_instant check (isfinite(valid_from)),
  price numeric not null constraint sms_prices_price_is_not_negative check (price >= 0),
  currency text not null constraint sms_prices_currency_is_iso4217 check (currency ~ '^[A-Z]{3}$'),
  primary key (country, valid_from)
);
alter table notify.sms_prices enable row level security;
comment on table notify.sms_prices is
  E'@omit operator: it is written in SQL, and sms_costs() says what came of it.\n'
  'What one segment of an SMS costs, per country, from an instant on: estimates of past months keep the price of their time.';
create policy select_admin on notify.sms_prices for select to rowbell_operator using (true);
create policy insert_admin on notify.sms_prices for insert to rowbell_operator with check (true);
grant select, insert (country, valid_from, price, currency) on notify.sms_prices to rowbell_operator;

create table notify.spending_caps (
  channel text not null constraint spending_caps_channel_is_paid check (channel in ('sms', 'voice')),
  country text not null constraint spending_caps_country_is_iso3166_or_rest_or_all check (country ~ '^([A-Z]{2}|\*|all)$'),
  per_day numeric not null constraint spending_caps_per_day_is_an_amount check (per_day >= 0 and per_day < 'Infinity'),
  currency text not null constraint spending_caps_currency_is_iso4217 check (currency ~ '^[A-Z]{3}$'),
  unit_price numeric not null constraint spending_caps_unit_price_is_an_amount check (unit_price >= 0 and unit_price < 'Infinity'),
  primary key (channel, country)
);
alter table notify.spending_caps enable row level security;
comment on table notify.spending_caps is
  'How much may be spent on a channel in a day (UTC) for numbers of a country, each country for itself, and of all countries together. '
  '"*": every country without a row, and numbers of which none is known (ZZ); "all": all of them together.';
comment on column notify.spending_caps.channel is 'sms or voice: what costs money.';
comment on column notify.spending_caps.per_day is 'The cap: a delivery that would lead beyond it is suppressed by the rule spending_cap.';
comment on column notify.spending_caps.unit_price is
  'What a call, or one segment of an SMS, is taken to cost where notify.sms_prices has no price of the country in this currency.';
create policy select_admin on notify.spending_caps for select to rowbell_operator using (true);
create policy insert_admin on notify.spending_caps for insert to rowbell_operator with check (true);
create policy update_admin on notify.spending_caps for update to rowbell_operator using (true) with check (true);
create policy delete_admin on notify.spending_caps for delete to rowbell_operator using (country not in ('*', 'all'));
grant select,
  insert (channel, country, per_day, currency, unit_price),
  update (per_day, currency, unit_price),
  delete
  on notify.spending_caps to rowbell_operator;

create table notify.daily_spending (
  day date not null,
  channel text not null,
  country text not null,
  currency text not null,
  spent numeric not null,
  deliveries integer not null,
  primary key (day, channel, country, currency)
);
alter table notify.daily_spending enable row level security;
comment on table notify.daily_spending is
  E'@paged\n'
  'What deliveries on a paid channel are taken to have cost, by day (UTC) and country: added when a worker takes one for the first '
  'time, taken back where it ends without having been sent.';
comment on column notify.daily_spending.currency is 'Of the cap that held: where that changed within the day there are two rows.';
create policy select_admin on notify.daily_spending for select to rowbell_operator using (true);
grant select on notify.daily_spending to rowbell_operator;

create table notify.daily_spending_totals (
  day date not null,
  channel text not null,
  currency text not null,
  spent numeric not null,
  deliveries integer not null,
  primary key (day, channel, currency)
);
alter table notify.daily_spending_totals enable row level security;
comment on table notify.daily_spending_totals is
  E'@paged\n'
  'What deliveries on a paid channel are taken to have cost, by day (UTC), all countries together and at the prices of the cap "all": '
  'countries are counted in currencies of their own (daily_spending), which do not add up.';
comment on column notify.daily_spending_totals.currency is 'Of the cap "all": where that changed within the day there are two rows.';
create policy select_admin on notify.daily_spending_totals for select to rowbell_operator using (true);
grant select on notify.daily_spending_totals to rowbell_operator;

create table notify_private.charges (
  delivery_id uuid primary key,
  user_id uuid not null references notify.users on delete cascade,
  channel text not null,
  address text not null,
  charged_at timestamptz not null,
  country text not null,
  currency text not null,
  amount numeric not null,
  total_currency text,
  total_amount numeric
);
alter table notify_private.charges enable row level security;
-- How many a person, and a number, had lately.
create index charges_user_id_channel_charged_at_idx on notify_private.charges (user_id, channel, charged_at);
create index charges_address_channel_charged_at_idx on notify_private.charges (address, channel, charged_at);
-- What is old enough to go.
create index charges_charged_at_idx on notify_private.charges (charged_at);
comment on table notify_private.charges is
  'What each delivery on a paid channel was taken to cost: so that a retry costs nothing more, what was not sent is taken back, and a '
  'person''s and a number''s share can be counted.';
comment on column notify_private.charges.total_amount is
  'What it costs at the prices of the cap of all countries together; null: there is no such cap.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
