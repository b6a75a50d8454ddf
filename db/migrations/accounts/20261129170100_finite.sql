-- migrate:up
set local lock_timeout = '5s';

-- GraphQL has no word for infinity: one such row, and whoever lists them gets an error instead of the list.
alter table accounts.api_keys add constraint api_keys_created_at_is_an_instant check (isfinite(created_at)) not valid;
alter table accounts.account_settings add constraint account_settings_changed_at_is_an_instant check (isfinite(changed_at)) not valid;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
