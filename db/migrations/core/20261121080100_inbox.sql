-- migrate:up
set local lock_timeout = '5s';

-- Nullable and without a default: planning writes neither.
alter table notify.notifications add column snoozed_until timestamptz, add column deleted_at timestamptz;
comment on column notify.notifications.snoozed_until is 'Out of the inbox until then; it comes back by itself, because the clock is all that is asked.';
comment on column notify.notifications.deleted_at is 'When the person threw it away: nobody sees it any more, except in the export of their data. Retention removes the row with its month.';

drop policy select_own on notify.notifications;
create policy select_own on notify.notifications for select to rowbell_user
  using (recipient_id = (select notify_hidden.current_user_id()) and told_at is not null and deleted_at is null);

create type notify.inbox_filter as (
  categories text[], types text[], read boolean, places text[], since timestamptz, until timestamptz, search text, thread_id text
);
comment on type notify.inbox_filter is
  'Which notifications of one''s own: what is not given filters nothing, except that places is the inbox unless told; an empty list matches nothing.';
comment on column notify.inbox_filter.categories is 'Of these categories: notification_types.category.';
comment on column notify.inbox_filter.types is 'Of these types: notification_types.key.';
comment on column notify.inbox_filter.read is 'True: read ones; false: unread ones.';
comment on column notify.inbox_filter.places is 'In these places: inbox (unless told), snoozed, archived. Each notification is in one.';
comment on column notify.inbox_filter.since is 'Created then or later.';
comment on column notify.inbox_filter.until is 'Created before then.';
comment on column notify.inbox_filter.search is 'With all of these words in title, subtitle or body; the beginning of a word is enough, as is another form of it. Nothing typed filters nothing.';
comment on column notify.inbox_filter.thread_id is 'Of this thread.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
