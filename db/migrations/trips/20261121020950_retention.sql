-- migrate:up
set local lock_timeout = '5s';

insert into notify.retention_policies (table_name, reason) values
  ('trips.circles', 'The product''s own data, for its users to delete'),
  ('trips.memberships', 'The product''s own data, for its users to delete'),
  ('trips.trips', 'The product''s own data, for its users to delete'),
  ('trips.participants', 'The product''s own data, for its users to delete'),
  ('trips.date_windows', 'The product''s own data, for its users to delete'),
  ('trips.date_window_supports', 'The product''s own data, for its users to delete');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
