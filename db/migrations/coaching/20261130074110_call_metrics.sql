-- migrate:up
set local lock_timeout = '5s';
drop view if exists coaching.measures;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
