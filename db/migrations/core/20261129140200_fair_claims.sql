-- migrate:up
set local lock_timeout = '5s';

alter type notify_private.claimable add attribute recipient_id uuid;
alter type notify_private.claimed_delivery add attribute recipient_id uuid, add attribute origin_answers boolean;

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
