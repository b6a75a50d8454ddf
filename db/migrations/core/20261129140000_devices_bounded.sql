-- migrate:up
set local lock_timeout = '5s';

insert into notify.limits (key, at_most, noun, reason) values
  ('webhook_endpoints', 20, 'active webhook endpoints', 'A recipient has one or a few; the oldest goes when one more comes, so that nobody''s notification becomes a crowd of calls');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
