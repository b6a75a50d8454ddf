-- migrate:up
set local lock_timeout = '5s';

-- In a transaction of its own: reads and writes go on meanwhile.
alter table notify.delivery_attempts validate constraint delivery_attempts_outcome_is_known;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
