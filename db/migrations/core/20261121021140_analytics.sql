-- migrate:up
set local lock_timeout = '5s';

create schema if not exists analytics;
comment on schema analytics is 'Figures for analysts, SQL alone: counts and sums without a person in them. Documented views, granted one by one.';
grant usage on schema analytics to rowbell_analyst, rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
