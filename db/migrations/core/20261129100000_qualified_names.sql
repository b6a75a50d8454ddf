-- migrate:up
set local lock_timeout = '5s';

-- Inlined wherever a policy asks who it is, hence without a search_path of its own: it says which uuid it means.
create or replace function notify_hidden.current_user_id() returns uuid
language sql stable parallel safe
as $$ select nullif(pg_catalog.current_setting('rowbell.user_id', true), '')::pg_catalog.uuid $$;

comment on column notify.notification_types.audience is
  'Qualified name of "f(event_ids uuid[]) returns table (event_id uuid, recipient_id uuid, variant text, variables jsonb)". Plain "language sql stable" without settings or definer, so that plan() can page through it; it therefore qualifies every function and type, pg_catalog''s too.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
