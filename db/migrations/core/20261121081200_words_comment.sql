-- migrate:up
set local lock_timeout = '5s';

-- It said 30 bytes; docs/decisions/0005-inbox.md has what was measured.
comment on column notify_private.notification_words.words is 'words_of() each, in the order of notification_ids; much the same words again and again, hence they compress well.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
