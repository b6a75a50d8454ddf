-- migrate:up
set local lock_timeout = '5s';

-- It has no senders of its own until operators give it some: the default app's speak for it.
insert into notify.apps (key, name) values ('coaching', 'Coaching');
update notify.notification_types set app_key = 'coaching' where pack = 'coaching';

drop function if exists coaching.register_coaching_device(text, text, boolean, text, text, text, text);

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
