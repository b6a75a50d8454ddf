-- migrate:up
-- squawk-ignore-file require-concurrent-index-creation
set local lock_timeout = '5s';

-- Who else has a number: calls are counted for it.
create index users_phone_idx on notify.users (phone) where phone is not null;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
