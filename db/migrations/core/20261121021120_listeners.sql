-- migrate:up
set local lock_timeout = '5s';

alter table notify.notification_types add column listener text
  constraint notification_types_listener_is_qualified check (listener ~ '^[a-z_]+\.[a-z0-9_]+$');
comment on column notify.notification_types.listener is
  'Qualified name of "f(delivery_ids uuid[]) returns void": told, in the same transaction, when deliveries of this type were sent, reached or failed the person, were answered, opened or ended. May be told the same more than once. Null: nobody listens.';

-- On the delivery, so that changing all the others asks nothing of their types.
alter table notify.deliveries add column has_listener boolean not null default false;
comment on column notify.deliveries.has_listener is 'Its type has a listener that is told what becomes of it.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
