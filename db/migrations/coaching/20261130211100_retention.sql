-- migrate:up
set local lock_timeout = '5s';

insert into notify.retention_policies (table_name, reason) values
  ('coaching.members', 'The product''s own data, until the person is erased'),
  ('coaching.coaches', 'The catalog'),
  ('coaching.topics', 'The catalog'),
  ('coaching.topic_texts', 'The catalog'),
  ('coaching.call_schedules', 'The product''s own data, until the person is erased'),
  ('coaching.calls', 'The product''s own data: the person''s history of calls'),
  ('coaching.streaks', 'The product''s own data, until the person is erased');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
