-- migrate:up
set local lock_timeout = '5s';

-- Functions whose parameters or columns have other names now, which "create or replace" does not change: db/functions makes them anew.
drop procedure if exists notify_private.plan_due(text, integer, boolean, uuid[]);
drop procedure if exists notify_private.plan_slices(uuid[], integer, boolean);
drop function if exists notify_private.delete_aged(text, integer);
drop function if exists notify_private.truncate_at_word(text, integer);
drop function if exists notify_private.compact_search_index(uuid, integer);
drop function if exists notify_private.unindexed_notifications(uuid);
drop function if exists notify_hidden.inbox_page(notify.inbox_filter, text, integer, uuid, boolean, boolean);

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
