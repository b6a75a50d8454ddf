-- migrate:up
set local lock_timeout = '5s';

-- GraphQL has no word for infinity: one such row, and whoever lists them gets an error instead of the list.
alter table trips.memberships add constraint memberships_joined_at_is_an_instant check (isfinite(joined_at)) not valid;
alter table trips.participants add constraint participants_joined_at_is_an_instant check (isfinite(joined_at)) not valid;
alter table trips.date_windows add constraint date_windows_start_on_is_a_day check (isfinite(start_on)) not valid;
alter table trips.date_windows add constraint date_windows_end_on_is_a_day check (isfinite(end_on)) not valid;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
