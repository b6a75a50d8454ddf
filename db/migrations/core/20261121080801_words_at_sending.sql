-- migrate:up
set local lock_timeout = '5s';

alter table notify.notification_types add column restate_after interval
  constraint notification_types_restate_after_is_not_negative check (restate_after >= interval '0');
comment on column notify.notification_types.restate_after is
  'Where the words depend on when they are sent ("in 5 min"): what was planned longer ago than this (a retry, a fallback''s next step) asks the audience function again and is written anew in the statement that hands it to a worker. Null: the words stay as they were planned.';

alter table notify.deliveries add column said jsonb;
comment on column notify.deliveries.said is
  'The words this delivery went out with, where they were written anew for it (notification_types.restate_after): {"title", "subtitle", "body", "form"}. Null: the notification''s.';
grant select (said) on notify.deliveries to rowbell_user;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
