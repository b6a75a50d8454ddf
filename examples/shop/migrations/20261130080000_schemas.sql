-- migrate:up
set local lock_timeout = '5s';

create schema shop;
comment on schema shop is 'Orders, as the app and services see them. Part of the API.';
create schema shop_private;
comment on schema shop_private is 'What follows from an order: triggers and audiences. Not part of the API.';

grant usage on schema shop to rowbell_user, rowbell_operator, rowbell_writer;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
