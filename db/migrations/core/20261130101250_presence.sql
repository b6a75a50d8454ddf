-- migrate:up
set local lock_timeout = '5s';

-- Who looks at their inbox at this moment.

-- Unlogged: after a crash nobody looks, which costs a push more and loses nothing.
create unlogged table notify_private.attention (
  user_id uuid primary key references notify.users on delete cascade,
  until timestamptz not null
)
-- Every row is written again each few seconds: room for that on its page.
with (fillfactor = 50);
alter table notify_private.attention enable row level security;
comment on table notify_private.attention is
  'People who look at their inbox, as their clients say. What they see there need not ring as well: the rule "attention".';
comment on column notify_private.attention.until is 'Somebody who goes on looking says so again before this instant.';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
