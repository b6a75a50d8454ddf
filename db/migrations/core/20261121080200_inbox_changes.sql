-- migrate:up
set local lock_timeout = '5s';

alter table notify.notifications add column changed_at timestamptz;
comment on column notify.notifications.changed_at is
  E'@behavior -*\nThe instant of the person''s change that touched it last, by which undo knows what was changed again since.';

create table notify_private.inbox_changes (
  id uuid primary key default uuidv7(),
  user_id uuid not null references notify.users,
  changed_at timestamptz not null,
  notification_ids uuid[] not null,
  read_at timestamptz[] not null,
  archived_at timestamptz[] not null,
  snoozed_until timestamptz[] not null,
  last_changed_at timestamptz[] not null,
  constraint inbox_changes_user_id_changed_at_key unique (user_id, changed_at)
);
alter table notify_private.inbox_changes enable row level security;
comment on table notify_private.inbox_changes is
  'What a change of a person''s inbox found, so that it can be undone for ten minutes: a row a change, however many notifications it touched. Of 100 000 it has two megabytes; a row each would be fifteen, and an index.';
comment on column notify_private.inbox_changes.id is 'The undo token.';
comment on column notify_private.inbox_changes.changed_at is 'Stands in each of the notifications until a later change touches it.';
comment on column notify_private.inbox_changes.read_at is 'As it was before, of each of notification_ids; so are the columns after this.';

create type notify.inbox_change as (changed integer, undo_token uuid, undo_until timestamptz);
comment on type notify.inbox_change is 'What a change did: on how many notifications, and the token that undoes it until then. No token: nothing was changed, or only seen.';

create type notify.inbox_thread as (
  thread_id text, newest_id uuid, count integer, unread_count integer, oldest_at timestamptz, newest_at timestamptz
);
comment on type notify.inbox_thread is 'Notifications of one thread that a filter finds: how many, how many of them unread, the newest, and when the first and the last were made.';
comment on column notify.inbox_thread.thread_id is 'Null for a notification without a thread, which stands alone.';

insert into notify.retention_policies (table_name, reason) values
  ('notify_private.inbox_changes', 'Ten minutes, for undo: expire_keys(), hourly');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
