-- migrate:up
set local lock_timeout = '5s';

-- Takes the delivery whose link was used as well.
drop function if exists notify_private.leave_email(uuid, text);

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
