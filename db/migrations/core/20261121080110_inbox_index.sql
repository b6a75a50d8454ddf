-- A partitioned table has no "concurrently".
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
-- migrate:up
set local lock_timeout = '5s';

-- One index for one's own, newest first, with all that counts and filters ask: they read it alone. It takes the place of the
-- one without these columns, so that planning writes as many indexes as before (docs/decisions/0005-inbox.md: what it costs).
create index notifications_inbox_idx on notify.notifications (recipient_id, id desc)
  include (type_key, created_at, told_at, read_at, archived_at, snoozed_until, deleted_at, thread_id);
drop index notify.notifications_recipient_id_id_idx;

create table notify_private.notification_words (
  id uuid not null,
  recipient_id uuid not null,
  last_id uuid not null,
  notification_ids uuid[] not null,
  words tsvector[] not null,
  size integer not null generated always as (cardinality(notification_ids)) stored,
  primary key (id),
  constraint notification_words_one_for_each check (cardinality(notification_ids) = cardinality(words))
) partition by range (id);
alter table notify_private.notification_words enable row level security;
create index notification_words_recipient_id_id_idx on notify_private.notification_words (recipient_id, id) include (last_id, size);
comment on table notify_private.notification_words is
  'The words of a stretch of somebody''s notifications within a month, ready to be searched: pack_words() writes them once there are many. What is in no stretch is read as it is, so nothing depends on when.';
comment on column notify_private.notification_words.id is 'The first notification of the stretch; no two have it, and it goes with its month.';
comment on column notify_private.notification_words.last_id is 'The last one. All of the person''s between the two are in it.';
comment on column notify_private.notification_words.words is 'words_of() each, in the order of notification_ids; much the same words again and again, hence some 30 bytes a notification when compressed.';

create type notify.inbox_category as (category text, name text, total integer, unread integer);
comment on type notify.inbox_category is 'How many notifications of a category there are, and how many of them are not read; name is the key in words.';

insert into notify.retention_policies (table_name, follows, reason) values
  ('notify_private.notification_words', 'notify.notifications', 'Made of them');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
