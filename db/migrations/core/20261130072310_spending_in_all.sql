-- migrate:up
set local lock_timeout = '5s';

alter table notify.spending_caps drop constraint spending_caps_country_is_iso3166_or_rest;
alter table notify.spending_caps add constraint spending_caps_country_is_iso3166_or_rest_or_all
  check (country ~ '^([A-Z]{2}|\*|all)$') not valid;
comment on table notify.spending_caps is
  'How much may be spent on a channel in a day (UTC) for numbers of a country, each country for itself, and of all countries together. '
  '"*": every country without a row, and numbers of which none is known (ZZ); "all": all of them together.';
alter policy delete_admin on notify.spending_caps using (country not in ('*', 'all'));
insert into notify.spending_caps (channel, country, per_day, currency, unit_price) values
  ('sms', 'all', 1000, 'USD', 0.1), ('voice', 'all', 1000, 'USD', 0.2);

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
  'What deliveries on a paid channel are taken to have cost, by day (UTC), all countries together and at the prices of the cap "all": '
  'countries are counted in currencies of their own (daily_spending), which do not add up.';
comment on column notify.daily_spending_totals.currency is 'Of the cap "all": where that changed within the day there are two rows.';
create policy select_admin on notify.daily_spending_totals for select to rowbell_operator using (true);
grant select on notify.daily_spending_totals to rowbell_operator;

insert into notify.retention_policies (table_name, reason) values
  ('notify.daily_spending_totals', 'A row a day and channel, of nobody');

alter table notify_private.charges add column total_currency text, add column total_amount numeric;
comment on column notify_private.charges.total_amount is
  'What it costs at the prices of the cap of all countries together; null: charged before there was one.';

-- They return more.
drop function if exists notify_private.charge_for(uuid, text, text, integer, timestamptz);
drop function if exists notify_private.quote_charge(uuid, text, text, integer, timestamptz);

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
