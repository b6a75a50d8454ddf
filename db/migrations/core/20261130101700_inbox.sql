-- migrate:up
set local lock_timeout = '5s';

-- The notifications themselves, and how people find and change theirs.

create table notify.notifications (
  id uuid not null default uuidv7(),
  event_id uuid not null,
  recipient_id uuid not null,
  type_key text not null,
  priority text not null,
  actor_id uuid,
  title text not null,
  subtitle text,
  body text not null,
  channel_texts jsonb,
  rich_content jsonb,
  data jsonb not null default '{}',
  thread_id text,
  collapse_key text,
  created_at timestamptz not null default now(),
  told_at timestamptz default now(),
  expires_at timestamptz not null,
  seen_at timestamptz,
  read_at timestamptz,
  clicked_at timestamptz,
  archived_at timestamptz,
  -- These two are nullable and without a default: planning writes neither.
  snoozed_until timestamptz,
  deleted_at timestamptz,
  changed_at timestamptz,
  changed_xid xid8 not null default pg_current_xact_id(),
  primary key (id)
) partition by range (id);
alter table notify.notifications enable row level security;
-- One index for one's own, newest first (ids are uuidv7, so their order is time's), with all that counts and filters ask: they
-- read it alone. docs/decisions/0005-inbox.md says what it costs planning.
create index notifications_inbox_idx on notify.notifications (recipient_id, id desc)
  include (type_key, created_at, told_at, read_at, archived_at, snoozed_until, deleted_at, thread_id, changed_xid);
comment on table notify.notifications is
  'One thing worth telling one recipient, whatever the channel, in the recipient''s words; what the inbox shows. Exists only where at '
  'least one channel sends.';
comment on column notify.notifications.channel_texts is
  'The words of channels that have their own: {"sms": {"body": "…", "form": "plain"}}; null: every channel says title and body.';
comment on column notify.notifications.rich_content is
  E'@behavior -*\nWhat it shows beside its words: {"image_url", "icon_url", "actions": [{"key", "title", "url"}]}; null: nothing.';
comment on column notify.notifications.told_at is
  'When the first channel was allowed to tell it; null while all of them wait, and the person does not see it yet.';
comment on column notify.notifications.clicked_at is 'Engagement: what the person did, independent of any delivery''s status.';
comment on column notify.notifications.snoozed_until is
  'Out of the inbox until then; it comes back by itself, because the clock is all that is asked.';
comment on column notify.notifications.deleted_at is
  'When the person threw it away: nobody sees it any more, except in the export of their data. Retention removes the row with its '
  'month.';
comment on column notify.notifications.changed_at is
  E'@behavior -*\nThe instant of the person''s change that touched it last, by which undo knows what was changed again since.';
comment on column notify.notifications.changed_xid is
  E'@behavior -*\nIts version: the transaction that changed last what its person sees of it, or more where one that had begun '
  'later changed it before (next_version). Order is not the key''s, which is made before the commit, nor a clock''s. Every '
  'update of ours sets it.';
-- What the person can see: an inbox must not show at 23:00 what their quiet hours hold until 07:00, nor what they threw away.
create policy select_own on notify.notifications for select to rowbell_user
  using (recipient_id = (select notify_hidden.current_user_id()) and told_at is not null and deleted_at is null);
create policy select_admin on notify.notifications for select to rowbell_operator using (true);
grant select on notify.notifications to rowbell_user, rowbell_operator;
-- No update grant: change_notifications() and its kin say what may change.

create table notify_private.search_index_chunks (
  id uuid not null,
  recipient_id uuid not null,
  last_id uuid not null,
  notification_ids uuid[] not null,
  search_tokens tsvector[] not null,
  size integer not null generated always as (cardinality(notification_ids)) stored,
  primary key (id),
  constraint search_index_chunks_one_for_each check (cardinality(notification_ids) = cardinality(search_tokens))
) partition by range (id);
alter table notify_private.search_index_chunks enable row level security;
create index search_index_chunks_recipient_id_id_idx on notify_private.search_index_chunks (recipient_id, id) include (last_id, size);
comment on table notify_private.search_index_chunks is
  'What the notifications of a stretch of somebody''s, within a month, are found by: compact_search_index() writes it once there are '
  'many. What is in no chunk is read as it is.';
comment on column notify_private.search_index_chunks.id is
  'The first notification of the chunk; no two have it, and it goes with its month.';
comment on column notify_private.search_index_chunks.last_id is 'The last one. All of the person''s between the two are in it.';
comment on column notify_private.search_index_chunks.search_tokens is
  'search_tokens() of each notification, in the order of notification_ids; much the same again and again, hence they compress well.';

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
  'What a change of a person''s inbox found, so that it can be undone for ten minutes: a row a change, however many notifications it '
  'touched. Of 100 000 it has two megabytes; a row each would be fifteen, and an index.';
comment on column notify_private.inbox_changes.id is 'The undo token.';
comment on column notify_private.inbox_changes.changed_at is 'Stands in each of the notifications until a later change touches it.';
comment on column notify_private.inbox_changes.read_at is 'As it was before, of each of notification_ids; so are the columns after this.';

create type notify.notification_action as (key text, title text, url text);
comment on type notify.notification_action is $$
@nullable url
A button of a notification. Whoever draws it reports the click with its key: report_receipt().
$$;
comment on column notify.notification_action.url is
  'Where it leads: a path of the application, an https URL or a deep link of its app; null: to where the notification itself leads.';

create type notify.inbox_filter as (
  categories text[], types text[], read boolean, places text[], since timestamptz, until timestamptz, search text, thread_id text,
  app text
);
comment on type notify.inbox_filter is $$
@nullable
@values places InboxPlace: inbox archived snoozed
Which notifications of one's own: what is not given filters nothing, except that places is the inbox unless told; an
empty list matches nothing.
$$;
comment on column notify.inbox_filter.categories is 'Of these categories: notification_types.category.';
comment on column notify.inbox_filter.types is 'Of these types: notification_types.key.';
comment on column notify.inbox_filter.read is 'True: read ones; false: unread ones.';
comment on column notify.inbox_filter.places is 'In these places: inbox (unless told), snoozed, archived. Each notification is in one.';
comment on column notify.inbox_filter.since is 'Created then or later.';
comment on column notify.inbox_filter.until is 'Created before then.';
comment on column notify.inbox_filter.search is
  'With all of these words in title, subtitle or body; the beginning of a word is enough, as is another form of it. Nothing typed '
  'filters nothing.';
comment on column notify.inbox_filter.thread_id is 'Of this thread.';

create type notify.inbox_category as (category text, name text, total integer, unread integer);
comment on type notify.inbox_category is
  'How many notifications of a category there are, and how many of them are not read; name is the key in words.';

create type notify.inbox_thread as (
  thread_id text, newest_id uuid, count integer, unread_count integer, oldest_at timestamptz, newest_at timestamptz
);
comment on type notify.inbox_thread is $$
@nullable thread_id
Notifications of one thread that a filter finds: how many, how many of them unread, the newest, and when the first and
the last were made.
$$;
comment on column notify.inbox_thread.thread_id is 'Null for a notification without a thread, which stands alone.';

create type notify.inbox_change as (changed integer, undo_token uuid, undo_until timestamptz);
comment on type notify.inbox_change is $$
@name inbox_change_result
@nullable undo_token undo_until
What a change did: on how many notifications, and the token that undoes it until then. No token: nothing was changed, or
only seen.
$$;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
