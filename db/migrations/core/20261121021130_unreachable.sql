-- migrate:up
set local lock_timeout = '5s';

alter table notify.notification_types add column warns_unreachable boolean not null default false;
comment on column notify.notification_types.warns_unreachable is
  'Whether the worker''s log warns (recipients.unreachable) of people whom it could reach on no channel, for want of an address.';
grant update (warns_unreachable) on notify.notification_types to rowbell_operator;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
