-- migrate:up
set local lock_timeout = '5s';

-- GraphQL has no word for infinity: one such row, and whoever lists them gets an error instead of the list.
-- A price is from some day on; that of always is from the first.
alter table notify.sms_prices alter column valid_from set default '1970-01-01T00:00:00Z';
update notify.sms_prices set valid_from = '1970-01-01T00:00:00Z' where valid_from = '-infinity';
alter table notify.sms_prices add constraint sms_prices_valid_from_is_an_instant check (isfinite(valid_from)) not valid;
alter table notify.events add constraint events_due_at_is_an_instant check (isfinite(due_at)) not valid;
alter table notify.users add constraint users_updated_at_is_an_instant check (isfinite(updated_at)) not valid;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
