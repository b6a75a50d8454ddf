-- migrate:up
set local lock_timeout = '5s';

-- Somebody may have a token before the application has written who they are, and log out again: that session is over, too.
alter table notify_private.ended_sessions drop constraint ended_sessions_user_id_fkey;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
