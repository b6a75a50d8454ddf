-- migrate:up
set local lock_timeout = '5s';

-- In a transaction of its own: reads and writes go on meanwhile.
alter table notify.deliveries validate constraint deliveries_status_is_known;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
