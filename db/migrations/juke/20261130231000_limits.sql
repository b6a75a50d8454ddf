-- migrate:up
set local lock_timeout = '5s';

insert into notify.limits (key, at_most, per, noun, reason) values
  ('listening_sessions', 50, '1 day', 'listening sessions', 'Each may invite people'),
  ('listening_invites', 500, '1 day', 'invites', 'Each is a push, a mail and a row in somebody''s inbox'),
  ('listening_invites_an_hour', 100, '1 hour', 'invites', 'JK-3; asking again counts'),
  ('listening_invites_of_one', 5, '1 hour', 'invites of one person', 'JK-3; asking again counts'),
  ('invites_of_strangers_heard', 3, '1 day', 'invites from people one has never listened with', 'However many accounts somebody has; push and mail alike');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
