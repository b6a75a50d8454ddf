-- migrate:up
set local lock_timeout = '5s';

-- {min} is rounded, so some seconds change nothing: a preview that goes out as planned is rendered once.
update notify.notification_types set restate_after = interval '5 seconds' where key = 'coaching_preview';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
