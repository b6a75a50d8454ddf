-- migrate:up
set local lock_timeout = '5s';

-- As the core's did to all functions with an empty one that it found: it comes before every pack now.
alter function juke_private.my_hosted_session_ids() set search_path = pg_catalog, pg_temp;
alter function juke_private.my_invited_session_ids() set search_path = pg_catalog, pg_temp;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
