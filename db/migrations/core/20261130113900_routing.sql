-- migrate:up
set local lock_timeout = '5s';

-- squawk-ignore-file adding-foreign-key-constraint, require-concurrent-index-creation
alter table notify.notification_types add column app_key text default 'default' references notify.apps;
-- The foreign key's.
create index notification_types_app_key_idx on notify.notification_types (app_key);
comment on column notify.notification_types.app_key is
  'Whose devices hear of it: those of this app, and those of the app "default", which is the one for all products. Null: of whichever app.';
update notify.notification_types set app_key = null where pack = 'core';
grant select (app_key) on notify.notification_types to rowbell_user;
grant update (app_key) on notify.notification_types to rowbell_operator;

-- No foreign key: register_device() alone writes it, and an index of it would serve nothing else.
alter table notify.devices add column app_key text not null default 'default';
comment on column notify.devices.app_key is
  'The app that it is an installation of; "default" is the one for all products, which hears of types of every app.';
grant select (app_key) on notify.devices to rowbell_user, rowbell_operator;

alter type notify.inbox_filter add attribute app text;

drop function if exists notify_private.addresses(uuid, text);
drop function if exists notify.register_device(text, text, text, text, text, text);

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
