-- migrate:up
set local lock_timeout = '5s';

-- It has no senders of its own until operators give it some: the default app's speak for it.
insert into notify.apps (key, name) values ('juke', 'Juke');
update notify.notification_types set app_key = 'juke' where pack = 'juke';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
